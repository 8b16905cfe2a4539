"""Queries for deletions of people."""

from shared.firestore.kit.query import Query

DELETIONS_DUE = Query(collection="deletion_work", range=("due_at", "<="), across_companies=True)
