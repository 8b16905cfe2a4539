"""Take out what an earlier load of a file stored, before it is loaded again."""

from shared.domain.files.file import File
from shared.domain.files.row_chunk import row_chunk_id
from shared.firestore.queries.files import FILE_FAILURES
from shared.runtime import Runtime

FAILURES_AT_ONCE = 300


async def clear_rows(runtime: Runtime, company_id: str, file: File) -> None:
    """Delete the file's rows and its rejected rows. Done again, it deletes what is left."""
    stores = runtime.stores
    ids = [row_chunk_id(file.id, number) for number in range(file.chunk_count)]
    await stores.row_chunks.remove(company_id, ids)
    while failures := await stores.failures.some(company_id, FILE_FAILURES, file.id, limit=FAILURES_AT_ONCE):
        await stores.failures.remove(company_id, [failure.id for failure in failures])
