"""Queries for fires, their chunks, failures and costs."""

from shared.domain.fires.fire_cost import all_units
from shared.firestore.kit.query import Query

FIRES_UNSTORED = Query(collection="fires", equal=("chunks_stored", "is_closed"), across_companies=True)
FIRES_OPEN = Query(collection="fires", equal=("is_closed",), across_companies=True)
FIRE_SUMS_DUE = Query(collection="fire_sums", range=("due_at", "<="), across_companies=True)
FIRES_WITH_STEPS_DUE = Query(collection="fires", range=("next_step_at", "<="), across_companies=True)
RESENDS_DUE = Query(
    collection="group_resends", equal=("state",), range=("due_at", "<="), across_companies=True
)
CHUNKS_UNPUBLISHED = Query(
    collection="chunks", equal=("state",), range=("published_at", "<="), across_companies=True
)
CHUNKS_STALLED = Query(
    collection="chunks", equal=("state",), range=("lease_until", "<="), across_companies=True
)
FIRE_COSTS = Query(
    collection="fire_costs", equal=("fire_id",), sums=tuple(f"amounts.{unit}" for unit in all_units())
)
FIRE_FAILURES = Query(collection="failures", equal=("fire_id", "state"))
STEP_FAILURES = Query(collection="failures", equal=("fire_id", "step_id", "state"))
CHUNKS_BY_STATE = Query(collection="chunks", equal=("fire_id", "state"))
STEP_CHUNKS = Query(collection="chunks", equal=("fire_id", "step_id", "state"), sums=("filtered",))
FIRES_NOT_CLOSED = Query(collection="fires", equal=("is_closed",))
FIRES_ALONE = Query(collection="fires", equal=("is_closed", "is_alone"))
CAMPAIGN_FIRES = Query(collection="fires", equal=("campaign_id",), order=("fired_at", "DESCENDING"))
FIRES_OF_AUDIENCE = Query(collection="fires", equal=("campaign_id", "audience_key"))
CAMPAIGN_FIRES_WITH_FILES = Query(collection="fires", equal=("campaign_id",), range=("audience_key", ">"))
FIRES_SINCE = Query(collection="fires", range=("fired_at", ">="))
FAILURES_OF_ROW = Query(collection="failures", equal=("file_id", "row_number"))
