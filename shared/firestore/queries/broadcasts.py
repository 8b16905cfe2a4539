"""Queries for broadcasts."""

from shared.firestore.kit.query import Query

BROADCASTS_DUE = Query(
    collection="broadcasts", equal=("state",), range=("due_at", "<="), across_companies=True
)
OWN_BROADCASTS_DUE = Query(collection="broadcasts", equal=("state",), range=("due_at", "<="))
