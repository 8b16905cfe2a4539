"""The loaded rows of a file, in pages, as they would be sent for."""

import re
from collections.abc import AsyncIterator

from shared.domain.errors import NotFound
from shared.domain.files.file import Row
from shared.domain.files.row_chunk import row_chunk_id
from shared.firestore.row_chunks import unpacked
from shared.runtime import Runtime
from shared.views.kit.paging import Page, PageAsked

CHUNKS_LOOKED_AT = 40  # for one page; one that finds nothing there leads on
_CHUNKS_AT_ONCE = 5
_NOT_DIGITS = re.compile(r"\D")
_LEAST_DIGITS = 4


async def list_rows(
    runtime: Runtime,
    company_id: str,
    asked: PageAsked,
    *,
    file_id: str,
    marked: bool | None = None,
    text: str | None = None,
) -> Page[Row]:
    """Rows in the file's order; those that are marked or not, and hold `text`, if asked for.

    With a filter a page may hold fewer rows than asked for, or none, and still lead to a next one: the work
    for a page is bounded. Raises NotFound.
    """
    file = await runtime.stores.files.get(company_id, file_id)
    first, row_after = map(int, (asked.after or "0:0").split(":"))
    last = min(file.chunk_count, first + CHUNKS_LOOKED_AT)
    found: list[Row] = []
    at_once = 1 if marked is None and text is None else _CHUNKS_AT_ONCE
    async for number, rows in _chunks(runtime, company_id, file_id, range(first, last), at_once):
        for row in rows:
            if row.number <= row_after or not _is_asked(row, marked, text):
                continue
            if len(found) == asked.limit:
                return Page(found, f"{number}:{found[-1].number}")
            found.append(row)
    after = found[-1].number if found else row_after
    return Page(found, f"{last}:{after}" if last < file.chunk_count else None)


async def get_row(runtime: Runtime, company_id: str, file_id: str, row_number: int) -> Row:
    """One row. Raises NotFound."""
    file = await runtime.stores.files.get(company_id, file_id)
    chunks = runtime.stores.row_chunks
    number = await chunks.number_with(company_id, file_id, file.chunk_count, row_number)
    rows = await chunks.rows(company_id, file_id, number) if number is not None else []
    found = next((row for row in rows if row.number == row_number), None)
    if found is None:
        raise NotFound("row", str(row_number))
    return found


async def _chunks(
    runtime: Runtime, company_id: str, file_id: str, numbers: range, at_once: int
) -> AsyncIterator[tuple[int, list[Row]]]:
    """Rows by chunk, in order; chunks whose time is over have none."""
    for start in range(0, len(numbers), at_once):
        part = numbers[start : start + at_once]
        ids = [row_chunk_id(file_id, number) for number in part]
        chunks = await runtime.stores.row_chunks.find_many(company_id, ids)
        for number, item_id in zip(part, ids, strict=True):
            if item_id in chunks:
                yield number, unpacked(chunks[item_id])


def _is_asked(row: Row, marked: bool | None, text: str | None) -> bool:
    if marked is not None and bool(row.marks) is not marked:
        return False
    if text is None:
        return True
    digits = _NOT_DIGITS.sub("", text)
    wanted = text.casefold()
    return any(
        wanted in value.casefold() or (len(digits) >= _LEAST_DIGITS and digits in _NOT_DIGITS.sub("", value))
        for value in row.values.values()
    )
