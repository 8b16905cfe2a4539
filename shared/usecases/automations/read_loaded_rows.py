"""Read the rows that let contacts in, for steps that look at them."""

from collections.abc import Iterable

from shared.domain.errors import NotFound
from shared.domain.files.file import File
from shared.domain.files.loaded_row import LoadedRow, read_place
from shared.runtime import Runtime


async def read_loaded_rows(runtime: Runtime, company_id: str, places: Iterable[str]) -> dict[str, LoadedRow]:
    """By place, those that are still there. Rows of one file that stand together cost few reads."""
    numbers: dict[str, dict[int, str]] = {}
    for place in places:
        file_id, number = read_place(place)
        numbers.setdefault(file_id, {})[number] = place
    if not numbers:
        return {}
    found: dict[str, LoadedRow] = {}
    files = await runtime.stores.files.find_many(company_id, numbers)
    for file in files.values():
        rows = await _of_file(runtime, company_id, file, numbers[file.id])
        found |= {numbers[file.id][number]: row for number, row in rows.items()}
    return found


async def _of_file(
    runtime: Runtime, company_id: str, file: File, numbers: Iterable[int]
) -> dict[int, LoadedRow]:
    """By number, its rows; none of a file whose source is gone, or that is just loaded again."""
    stores = runtime.stores
    source = await stores.sources.find(company_id, file.source_id)
    if source is None:
        return {}
    types = {column.field: column.type for column in source.columns}
    try:
        rows = await stores.row_chunks.with_numbers(company_id, file.id, file.chunk_count, numbers)
    except NotFound:
        return {}
    return {
        number: LoadedRow(values=row.values, types=types, time_zone=row.time_zone)
        for number, row in rows.items()
    }
