"""Queries for files."""

from shared.firestore.kit.query import Query

FILES_STALLED = Query(
    collection="files", equal=("state",), range=("lease_until", "<="), across_companies=True
)
FILES_AWAITED = Query(collection="files", equal=("state",), range=("created_at", "<="), across_companies=True)
FILES_OF_SOURCE_SINCE = Query(collection="files", equal=("source_id",), range=("created_at", ">="))
SOURCE_FILES = Query(collection="files", equal=("source_id", "state"), order=("loaded_at", "DESCENDING"))
FILE_FAILURES = Query(collection="failures", equal=("file_id",))
WITHDRAWALS_SINCE = Query(collection="withdrawals", equal=("source_id",), range=("file_at", ">"))
