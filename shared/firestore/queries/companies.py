"""Queries for what a company must know."""

from shared.firestore.kit.query import Query

NEWEST_NOTICES = Query(collection="notices", order=("created_at", "DESCENDING"))
