"""A source's mapping held against a file: records become rows, or rejected rows with the cell to mend."""

import difflib
from collections.abc import Collection, Iterator, Sequence
from zoneinfo import ZoneInfo

from msgspec import Struct

from shared.domain.files.cell import TypedCell, shown
from shared.domain.files.characters import trim
from shared.domain.files.cleaning import as_text
from shared.domain.files.column_names import column_key, column_letters
from shared.domain.files.file import FileRefused, RejectedRow, Row
from shared.domain.files.missing_columns import doubled_findings, missing_findings
from shared.domain.files.prepared_mapping import FieldRejected, PreparedMapping
from shared.domain.files.profile import EarlierColumns, sampled_columns
from shared.domain.files.renamed_columns import Renaming, find_renamed
from shared.domain.files.source import ColumnMapping, FieldType
from shared.domain.record import replace

SHOWN_LENGTH = 200  # characters of a rejected value that are shown; the row's cells are kept whole
_MENDING = (
    "Rename or remove columns in the file and upload it again, or change the source's mapping and load it "
    "again."
)
_ADDRESSES = (FieldType.PHONE, FieldType.EMAIL)


class Seen(Struct, frozen=True, kw_only=True):
    """What else is known when columns are looked for: some records of the file, and the source's last files.

    `missing_accepted` are optional columns that somebody said the file may lack.
    """

    sample: Sequence[Sequence[str]] = ()
    earlier: Sequence[EarlierColumns] = ()
    missing_accepted: Collection[str] = ()


def prepare_mapping(
    columns: Sequence[ColumnMapping],
    header: Sequence[str],
    *,
    time_zone: str,
    needed: Collection[str] = (),
    seen: Seen | None = None,
) -> PreparedMapping:
    """Find the mapped columns in `header`, ignoring case and white space around names.

    `time_zone` (IANA) is the source's or the company's. An optional column may be missing, unless that may
    harm: when it is one of the `needed` or half of a field, when another one seems to be it, or when no
    column of phones or emails is left. Raises FileRefused naming every column that is missing, with what it
    may be called now, or that occurs twice; its findings hold the change of the mapping that would mend it.
    """
    seen = seen or Seen()
    keys = [column_key(name) for name in header]
    read = list(_read_columns(columns, needed, keys))
    missed = [column for column in read if column_key(column.column) not in keys]
    renamings = find_renamed(missed, read, sampled_columns(header, seen.sample), seen.earlier)
    faults = [
        *_missing_fault(read, missed, header, renamings, seen.missing_accepted),
        *_doubled_faults(read, keys),
    ]
    if faults:
        findings = (*missing_findings(read, missed, renamings), *doubled_findings(read, keys))
        raise FileRefused(" ".join([*faults, _MENDING]), findings)
    places = {one.column: keys.index(column_key(one.column)) for one in read if one not in missed}
    found = [column for column in columns if column.column in places]
    cells = tuple((places[part.column], part) for column in found for part in column.parts)
    return PreparedMapping(
        header=tuple(header),
        columns=tuple((places[column.column], column) for column in found),
        cells=cells,
        places=places,
        names=tuple((index, keys[index]) for index, _ in cells),
        time_zone=ZoneInfo(time_zone),
        absent=tuple(column for column in columns if column.column not in places),
    )


def _read_columns(
    columns: Sequence[ColumnMapping], needed: Collection[str], keys: Collection[str]
) -> Iterator[ColumnMapping]:
    """Each column that is read of a file. One that is needed is required, and so is half of a field."""
    for column in columns:
        is_half = 0 < sum(column_key(name) in keys for name in column.names) < len(column.names)
        for part in column.parts:
            is_required = part.is_required or is_half or part.column in needed
            yield part if part.is_required is is_required else replace(part, is_required=is_required)
    mapped = {name for column in columns for name in column.names}
    for name in needed:
        if name not in mapped:
            yield ColumnMapping(column=name, field=name, is_required=True)


def _missing_fault(
    columns: Sequence[ColumnMapping],
    absent: Sequence[ColumnMapping],
    header: Sequence[str],
    renamings: Sequence[Renaming],
    accepted: Collection[str],
) -> Iterator[str]:
    mapped = {column_key(column.column) for column in columns}
    others = [name for name in header if column_key(name) not in mapped]
    addresses = {column.column for column in columns if column.type in _ADDRESSES}
    lost = {column.column for column in absent}
    near = {
        one.column: tuple(dict.fromkeys([*one.candidates, *_near(one.column, others)]))[:3]
        for one in renamings
    }
    clear = {one.column for one in renamings if one.is_clear}
    missed = [column for column in absent if column.is_required or column.column not in accepted]
    if len(absent) < len(columns) and not any(
        column.is_required
        or column.column in clear
        or _near(column.column, others)
        or (column.column in addresses <= lost)
        for column in missed
    ):
        return
    names = list(dict.fromkeys(column.column for column in absent))
    hints = [repr(name) + _hint(near.get(name, ())) for name in names]
    found = ", ".join(repr(shown(trim(name))) for name in [name for name in header if column_key(name)][:30])
    plural = "s" if len(names) > 1 else ""
    yield f"The header lacks {len(names)} mapped column{plural}: {', '.join(hints)}. It has: {found}."


def _near(name: str, header: Sequence[str]) -> list[str]:
    names = {column_key(other): trim(other) for other in header if column_key(other)}
    return [names[key] for key in difflib.get_close_matches(column_key(name), names, n=2)]


def _hint(near: Sequence[str]) -> str:
    return f" (did you mean {' or '.join(repr(shown(name)) for name in near)}?)" if near else ""


def _doubled_faults(columns: Sequence[ColumnMapping], keys: Sequence[str]) -> Iterator[str]:
    for name in dict.fromkeys(column.column for column in columns):
        places = [index for index, key in enumerate(keys) if key == column_key(name)]
        if len(places) > 1:
            letters = " and ".join(column_letters(index) for index in places)
            yield (
                f"The column {name!r} occurs {len(places)} times (columns {letters}), so it is not clear "
                "which one is meant."
            )


def map_record(mapping: PreparedMapping, number: int, cells: Sequence[str]) -> Row | RejectedRow | None:
    """The record's row, or the first thing wrong with it; None when the source's row filter leaves it out.

    `number` counts the header as row 1. The filter is asked first: what is wrong in a row that is left out
    does not matter.
    """
    fault = _shape_fault(mapping, cells)
    if fault is not None:
        return _rejected(mapping, number, cells, "", *fault)
    try:
        zone = mapping.zone(cells)
        if not mapping.takes(cells, zone):
            return None
        return Row(number=number, values=mapping.values(cells, zone), time_zone=zone.key)
    except FieldRejected as rejection:
        return _rejected(mapping, number, cells, rejection.column, rejection.cell, str(rejection))


def _shape_fault(mapping: PreparedMapping, cells: Sequence[str]) -> tuple[str, str] | None:
    """What is wrong with the record as a whole: the cell to show and the reason."""
    filled = max((index + 1 for index, cell in enumerate(cells) if trim(cell)), default=0)
    if filled > len(mapping.header):
        reason = (
            f"row has {filled} cells, header has {len(mapping.header)}; "
            "put a cell that holds the delimiter into quotation marks"
        )
        return cells[len(mapping.header)], reason
    if all(index < len(cells) and column_key(cells[index]) == key for index, key in mapping.names):
        return "", "repeats the names of the columns, as printed pages do; delete the row"
    return None


def rejected_record(
    mapping: PreparedMapping,
    number: int,
    cells: Sequence[str],
    reason: str,
    *,
    index: int | None = None,
    line: str | None = None,
) -> RejectedRow:
    """A record that its reader could not take, for `reason`. `index` is the cell at fault.

    `line`, the text that could not be parted into cells, is kept as a cell too many, so that the row is
    rejected again until somebody mends it and takes that cell away.
    """
    width = len(mapping.header)
    column = mapping.header[index] if index is not None and index < width else ""
    value = line if line is not None else cells[index] if index is not None else ""
    if line is not None:
        cells = (*cells, *[""] * (width - len(cells)), line)
    return _rejected(mapping, number, cells, column, value, reason)


def _rejected(
    mapping: PreparedMapping, number: int, cells: Sequence[str], column: str, value: str, reason: str
) -> RejectedRow:
    # A spreadsheet's typed cells are written as the source reads text, so that the mended CSV loads.
    texts = [cell.shown if isinstance(cell, TypedCell) else cell for cell in cells]
    # Of a column that is several fields the value counts, as any other can be read from it again.
    for index, mapped in sorted(mapping.cells, key=lambda cell: cell[1].type is not FieldType.TEXT):
        if index < len(texts):
            texts[index] = as_text(cells[index], mapped)
    return RejectedRow(
        number=number,
        column=column,
        value=shown(value)[:SHOWN_LENGTH],
        reason=reason,
        cells=tuple(shown(text) for text in texts),
    )
