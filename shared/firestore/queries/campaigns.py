"""Queries for campaigns."""

from shared.firestore.kit.query import Query

CAMPAIGNS_OF_FILE = Query(collection="campaigns", equal=("audience.file_id",))
CAMPAIGNS_DUE = Query(
    collection="campaigns", equal=("state",), range=("next_fire_at", "<="), across_companies=True
)
