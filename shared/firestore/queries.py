"""Every query the code makes, declared: infra/firestore.indexes.json is checked against this list.

The emulator answers queries without their index; production refuses them.
"""

from dataclasses import dataclass

from shared.domain.fire_cost import Unit


@dataclass(frozen=True, kw_only=True, slots=True)
class Query:
    """A query's shape: equalities, then at most one range, which is also the order.

    `across_companies` marks the ticks' collection-group queries. `sums` are fields that are added up, each in
    a query of its own.
    """

    collection: str
    equal: tuple[str, ...] = ()
    range: tuple[str, str] | None = None  # field and operator
    order: tuple[str, str] | None = None  # field and direction, when it is not the range's
    across_companies: bool = False
    sums: tuple[str, ...] = ()


# The ticks' own.
CAMPAIGNS_DUE = Query(
    collection="campaigns", equal=("state",), range=("next_fire_at", "<="), across_companies=True
)
FIRES_UNSTORED = Query(collection="fires", equal=("chunks_stored", "is_closed"), across_companies=True)
FIRES_OPEN = Query(collection="fires", equal=("is_closed",), across_companies=True)
CHUNKS_UNPUBLISHED = Query(
    collection="chunks", equal=("state",), range=("published_at", "<="), across_companies=True
)
CHUNKS_STALLED = Query(
    collection="chunks", equal=("state",), range=("lease_until", "<="), across_companies=True
)
BATCHES_DUE = Query(
    collection="batches", equal=("state",), range=("planned_start", "<="), across_companies=True
)
BATCHES_UNTAKEN = Query(
    collection="batches", equal=("state",), range=("dispatched_at", "<="), across_companies=True
)
BATCHES_STALLED = Query(
    collection="batches", equal=("state",), range=("lease_until", "<="), across_companies=True
)
BATCHES_HELD = Query(collection="batches", equal=("state",), across_companies=True)
FILES_STALLED = Query(
    collection="files", equal=("state",), range=("lease_until", "<="), across_companies=True
)
FILES_AWAITED = Query(collection="files", equal=("state",), range=("created_at", "<="), across_companies=True)
MESSAGES_TO_SEARCH = Query(
    collection="messages", equal=("state",), range=("search_at", "<="), across_companies=True
)
SEARCHES_DUE = Query(
    collection="history_searches", equal=("is_open",), range=("next_at", "<="), across_companies=True
)

# One company's.
FIRE_MESSAGES_BY_STATE = Query(collection="messages", equal=("fire_id", "state"))
FIRE_MESSAGES_BY_DELIVERY = Query(collection="messages", equal=("fire_id", "delivery"))
FIRE_MESSAGES_BY_DISPOSITION = Query(collection="messages", equal=("fire_id", "disposition"))
FIRE_COSTS = Query(collection="fire_costs", equal=("fire_id",), sums=tuple(str(unit) for unit in Unit))
FIRE_FAILURES = Query(collection="failures", equal=("fire_id", "state"))
CHUNKS_BY_STATE = Query(collection="chunks", equal=("fire_id", "state"))
FIRE_BATCHES = Query(collection="batches", equal=("fire_id", "state"))
SENDER_BATCHES = Query(collection="batches", equal=("sender_id", "state"))
MESSAGES_TO_ADDRESS = Query(
    collection="messages", equal=("address", "sender_id"), order=("sent_at", "DESCENDING")
)
MESSAGES_CALLED_SINCE = Query(
    collection="messages", equal=("address", "sender_id"), range=("sending_at", ">=")
)
MESSAGES_BY_PROVIDER_ID = Query(collection="messages", equal=("provider_id",))
MESSAGES_IN_STATE = Query(collection="messages", equal=("state",))
MESSAGES_OF_ADDRESS = Query(collection="messages", equal=("address",))
MESSAGES_OF_ROW = Query(collection="messages", equal=("fire_id", "row_number"))
REPLIES_OF_ADDRESS = Query(collection="replies", equal=("address",))
FIRES_ON_FILE = Query(collection="fires", equal=("file_id",))
FIRES_NOT_CLOSED = Query(collection="fires", equal=("is_closed",))
SOURCE_FILES = Query(collection="files", equal=("source_id", "state"), order=("loaded_at", "DESCENDING"))
CAMPAIGN_FIRES = Query(collection="fires", equal=("campaign_id",), order=("fired_at", "DESCENDING"))
FIRES_OF_FILE = Query(collection="fires", equal=("campaign_id", "file_id"))
# The API's lists: any of these equalities, in id order, which needs no index beyond those of single fields.
LISTS = (
    Query(collection="api_keys"),
    Query(collection="senders"),
    Query(collection="sources"),
    Query(collection="files", equal=("source_id", "state")),
    Query(collection="templates", equal=("channel",)),
    Query(collection="campaigns", equal=("state",)),
    Query(collection="fires", equal=("campaign_id",)),
    Query(collection="messages", equal=("fire_id", "campaign_id", "state", "address")),
    Query(collection="failures", equal=("fire_id", "file_id", "state")),
    Query(collection="replies", equal=("fire_id", "message_id", "meaning")),
    Query(collection="deletions"),
    Query(collection="opt_outs", equal=("channel", "address", "is_active")),
    Query(collection="notices"),
)
NEWEST_NOTICES = Query(collection="notices", order=("created_at", "DESCENDING"))
FIRES_SINCE = Query(collection="fires", range=("fired_at", ">="))
