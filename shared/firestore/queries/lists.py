"""Queries of the lists that API and portal show.

Any of these equalities, in id order, which needs no index beyond those of single fields."""

from shared.firestore.kit.query import Query

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
    Query(collection="replies", equal=("fire_id", "message_id", "meaning", "waits", "contradicts_earlier")),
    Query(collection="deletions"),
    Query(collection="opt_outs", equal=("channel", "address", "is_active", "source")),
    Query(collection="notices"),
)
