"""Change fields of a loaded row, before any campaign has it."""

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from shared.domain.contacts.mark_addresses import AddressMarks
from shared.domain.errors import Conflict, InvalidInput, NotFound, Problem
from shared.domain.files.cell import CellRejected
from shared.domain.files.cleaning import clean_cell
from shared.domain.files.file import File, FileState, Mending, Row
from shared.domain.files.row_chunk import row_chunk_id
from shared.domain.files.source import Source
from shared.domain.record import replace
from shared.firestore.kit.transactions import Transaction, transact
from shared.firestore.row_chunks import unpacked, with_rows
from shared.runtime import Runtime
from shared.usecases.files.check_rows_are_free import check_rows_are_free


async def mend_row(
    runtime: Runtime, company_id: str, file_id: str, row_number: int, changes: Mapping[str, str], *, by: str
) -> Row:
    """Store new values of some fields of a row; "" empties an optional one. `by` says who.

    Values are read as the source's cells are. Raises NotFound, InvalidInput naming every value that does not
    do, and Conflict when a campaign has the rows.
    """
    stores = runtime.stores
    file = await stores.files.get(company_id, file_id)
    await _check_state(runtime, company_id, file)
    source = await stores.sources.get(company_id, file.source_id)
    company = await stores.companies.get(company_id)
    home, marks = source.time_zone or company.time_zone, AddressMarks(source, company)
    _cleaned(source, ZoneInfo(home), changes)
    number = await stores.row_chunks.number_with(company_id, file_id, file.chunk_count, row_number)
    if number is None:
        raise NotFound("row", str(row_number))
    mending = Mending(fields=tuple(sorted(changes)), by=by, at=runtime.now())

    async def mend(transaction: Transaction) -> Row:
        current = await stores.files.get(company_id, file_id, transaction)
        chunk = await stores.row_chunks.get(company_id, row_chunk_id(file_id, number), transaction)
        rows = unpacked(chunk)
        place = _place(rows, row_number)
        if _is_ours(rows[place].mended, mending):
            return rows[place]  # our own commit, applied though it reported an error
        if current.fired_at is not None or current.state is not FileState.LOADED:
            raise Conflict("The file was fired for, or loaded again, meanwhile. Look at it again.")
        cleaned = _cleaned(source, ZoneInfo(rows[place].time_zone or home), changes)
        rows[place] = mended = marks.marked(_mended(rows[place], cleaned, mending))
        changed = with_rows(chunk, rows)
        stores.row_chunks.put(transaction, company_id, chunk.id, changed)
        count = current.marked_count + changed.marked_count - chunk.marked_count
        counted = replace(current, marked_count=count, mend_count=current.mend_count + 1)
        stores.files.put(transaction, company_id, file_id, counted)
        _check_marks(mended, changes)
        return mended

    return await transact(stores.db, mend)


def _place(rows: Sequence[Row], row_number: int) -> int:
    place = next((index for index, row in enumerate(rows) if row.number == row_number), None)
    if place is None:
        raise NotFound("row", str(row_number))
    return place


async def _check_state(runtime: Runtime, company_id: str, file: File) -> None:
    if file.state is not FileState.LOADED:
        raise Conflict(f"The file is {file.state}; only rows of a loaded file can be changed.")
    await check_rows_are_free(runtime, company_id, file)


def _cleaned(source: Source, zone: ZoneInfo, changes: Mapping[str, str]) -> dict[str, str]:
    """The values as rows keep them, times read in the row's `zone`. Raises InvalidInput."""
    columns = {column.field: column for column in source.columns}
    cleaned: dict[str, str] = {}
    problems: list[Problem] = []
    for name, text in changes.items():
        where, column = f"values.{name}", columns.get(name)
        if column is None:
            reason = f"is not a field of the source; it has: {', '.join(columns)}"
            problems.append(Problem(field=where, reason=reason))
            continue
        if name == source.time_zone_field:
            reason = "says in which zone the row's times were read; mend it in the file and upload that again"
            problems.append(Problem(field=where, reason=reason))
            continue
        try:
            cleaned[name] = clean_cell(text, column, zone)
        except CellRejected as rejection:
            problems.append(Problem(field=where, reason=str(rejection)))
            continue
        if column.is_required and not cleaned[name]:
            problems.append(Problem(field=where, reason="is empty, and the field is required"))
    if problems:
        raise InvalidInput(*problems)
    return cleaned


def _mended(row: Row, cleaned: Mapping[str, str], mending: Mending) -> Row:
    """The row with its new values; earlier menders' fields stay named."""
    values = {name: value for name, value in {**row.values, **cleaned}.items() if value}
    fields = {*mending.fields, *(row.mended.fields if row.mended else ())}
    return replace(row, values=values, mended=replace(mending, fields=tuple(sorted(fields))))


def _is_ours(mended: Mending | None, mending: Mending) -> bool:
    if mended is None:
        return False
    return (mended.by, mended.at) == (mending.by, mending.at) and set(mending.fields) <= set(mended.fields)


def _check_marks(row: Row, changes: Mapping[str, str]) -> None:
    """A new address must be one. Raised within the transaction, it undoes it."""
    problems = [
        Problem(field=f"values.{name}", reason=reason)
        for name, reason in row.marks.items()
        if changes.get(name)
    ]
    if problems:
        raise InvalidInput(*problems)
