"""Queries for searches of providers' histories."""

from shared.firestore.kit.query import Query

SEARCHES_DUE = Query(
    collection="history_searches", equal=("is_open",), range=("next_at", "<="), across_companies=True
)
