"""Files: what was uploaded, and what became of it."""

from collections.abc import AsyncIterator

from google.api_core.exceptions import NotFound as ObjectNotFound

from shared.domain.errors import Conflict, NotFound
from shared.domain.files.file import File, FileState
from shared.firestore.queries.lists import FILES
from shared.runtime import Runtime
from shared.tabular.rejected_rows import RejectedTable, read_rejected
from shared.views.kit.paging import Page, PageAsked, page_of

MOST_CORRECTED = 1_000  # rejected rows that are read at once


async def list_files(
    runtime: Runtime,
    company_id: str,
    asked: PageAsked,
    *,
    source_id: str | None = None,
    state: FileState | None = None,
    name: str | None = None,
) -> Page[File]:
    """Files that match every filter given, newest first."""
    return await page_of(
        runtime.stores.files, company_id, asked, FILES, source_id=source_id, state=state, name=name
    )


async def get_file(runtime: Runtime, company_id: str, file_id: str) -> File:
    """One file: how far it is loaded, and what was refused. Raises NotFound."""
    return await runtime.stores.files.get(company_id, file_id)


async def read_rejected_rows(runtime: Runtime, company_id: str, file_id: str) -> AsyncIterator[bytes]:
    """The rejected rows with their reasons as a CSV file, piece by piece.

    Raises NotFound when there is no such file, or none of its rows was rejected: at once, not while the
    pieces are read.
    """
    file = await get_file(runtime, company_id, file_id)
    if file.rejected_object_name is None:
        raise NotFound("rejected-rows file of file", file_id)
    pieces = runtime.files.read(file.rejected_object_name)
    try:
        first = await anext(pieces, b"")
    except ObjectNotFound:
        raise NotFound("rejected-rows file of file", file_id) from None
    return _with_first(first, pieces)


async def read_rejected_table(runtime: Runtime, company_id: str, file_id: str) -> RejectedTable:
    """The rejected rows of a file, all at once, to be corrected. Raises NotFound, Conflict for too many."""
    file = await get_file(runtime, company_id, file_id)
    if file.rejected_object_name is None:
        raise NotFound("rejected-rows file of file", file_id)
    if file.rejected_count > MOST_CORRECTED:
        raise Conflict(
            f"{file.rejected_count:,} rows were rejected, and up to {MOST_CORRECTED:,} are corrected here: "
            "download them, correct them there, and upload that."
        )
    content = await runtime.files.read_whole(file.rejected_object_name)
    if content is None:
        raise NotFound("rejected-rows file of file", file_id)
    return read_rejected(content, file.delimiter)


async def _with_first(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in rest:
        yield piece
