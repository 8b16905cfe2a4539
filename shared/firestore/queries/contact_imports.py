"""Queries for imports of contacts."""

from shared.firestore.kit.query import Query

IMPORTS_DUE = Query(collection="contact_imports", range=("due_at", "<="), across_companies=True)
CHANGES_OF_BLOCK = Query(collection="contact_changes", equal=("change_id",))
