"""An uploaded file as a header and records, whatever its kind, within the caps."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct, field

from shared.domain.files.appointments import VisitRange
from shared.domain.files.cell import TypedCell, shown
from shared.domain.files.characters import trim
from shared.domain.files.column_names import column_key
from shared.domain.files.file import FileRefused
from shared.domain.files.source import SourceFormat
from shared.tabular.appointments.open_appointments import open_appointments
from shared.tabular.caps import MIB, Caps
from shared.tabular.defusing import restore
from shared.tabular.encoding import HEAD_BYTES
from shared.tabular.header import Header, find_header
from shared.tabular.hidden_rows import HiddenRows
from shared.tabular.kind import OLE2, ZIP, Kind, appointments_format, check_signature, noun_of
from shared.tabular.raw_table import Fault, RawTable, Record
from shared.tabular.rejected_rows import REASON_COLUMN
from shared.tabular.spreadsheet import open_spreadsheet
from shared.tabular.text_file import open_text

DEFAULT_CAPS = Caps()


class Table(Struct, frozen=True, kw_only=True):
    """An opened file. `records` are those below the header, without empty ones; iterate once.

    `header_row` counts as a spreadsheet does; `notes` say, for people, what was chosen and left out.
    `comes_back`: it is a rejected-rows file of ours. `hidden` tells what was left out as hidden, and
    `late_notes` what else people should know, when all records are read. Cells of spreadsheets that are not
    text are TypedCell. Iterating raises FileRefused too.
    """

    kind: Kind
    header: tuple[str, ...]
    header_row: int
    records: Iterator[Record]
    encoding: str | None
    delimiter: str | None
    sheet: str | None
    notes: tuple[str, ...] = ()
    comes_back: bool = False
    hidden: HiddenRows = field(default_factory=HiddenRows)
    late_notes: Sequence[str] = ()


@contextmanager
def open_table(
    path: Path,
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    sheet: str | None = None,
    columns: Sequence[str] = (),
    header_row: int | None = None,
    takes_hidden: bool = False,
    form: SourceFormat | None = None,
    visits: VisitRange | None = None,
    caps: Caps = DEFAULT_CAPS,
) -> Iterator[Table]:
    """Open a local file by its content; hints that are None are found out.

    `columns` are names that the header should have: where several records could be the header, they decide.
    Rows that a spreadsheet hides are left out and counted in `Table.hidden`, unless `takes_hidden`.
    Files of appointments are opened only where `visits` says which are wanted, and if they are of `form`
    (None: whichever); a table is opened whatever `form` is, as rejected rows come back as one.

    Raises FileRefused for a file that is no table, has no header or exceeds the caps.
    """
    head = _head(path, caps)
    found_form = appointments_format(head)
    if found_form is not None and visits is not None:
        _check_form(found_form, form)
        with open_appointments(path, found_form, visits=visits, caps=caps) as raw:
            yield _appointments(raw, caps)
        return
    with _opened(
        path, head, encoding=encoding, delimiter=delimiter, sheet=sheet, columns=columns, caps=caps
    ) as raw:
        found = find_header(_filled(raw.records, caps), columns=columns, row=header_row)
        hidden = HiddenRows()
        records = found.below if takes_hidden else hidden.without(found.below)
        yield _table(raw, found, records, hidden, caps)


@contextmanager
def open_records(
    path: Path, *, sheet: str | None = None, columns: Sequence[str] = (), caps: Caps = DEFAULT_CAPS
) -> Iterator[Iterator[Record]]:
    """All records of a file that are not empty or hidden, whether it has a header or not; iterate once.

    Raises FileRefused as `open_table`, but for a header.
    """
    head = _head(path, caps)
    with _opened(path, head, encoding=None, delimiter=None, sheet=sheet, columns=columns, caps=caps) as raw:
        yield HiddenRows().without(_filled(raw.records, caps))


@contextmanager
def _opened(
    path: Path,
    head: bytes,
    *,
    encoding: str | None,
    delimiter: str | None,
    sheet: str | None,
    columns: Sequence[str],
    caps: Caps,
) -> Iterator[RawTable]:
    if head.startswith((ZIP, OLE2)):
        opening = open_spreadsheet(path, sheet=sheet, columns=columns, caps=caps)
    else:
        opening = open_text(path, encoding=encoding, delimiter=delimiter, caps=caps)
    with opening as raw:
        yield raw


def _head(path: Path, caps: Caps) -> bytes:
    """The file's first bytes, which are those of a file that may be read. Raises FileRefused."""
    size = path.stat().st_size
    if size > caps.file_bytes:
        raise FileRefused(
            f"The file has {size / MIB:,.1f} MiB; {caps.file_bytes // MIB:,} MiB are taken. Split it, or "
            "remove columns that are not needed."
        )
    with path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    check_signature(head)
    return head


def _table(raw: RawTable, found: Header, records: Iterator[Record], hidden: HiddenRows, caps: Caps) -> Table:
    header = found.record.cells
    while not trim(header[-1]):
        header = header[:-1]
    if len(header) > caps.columns:
        raise FileRefused(
            f"The header in row {found.record.number} has {len(header):,} columns; {caps.columns:,} are "
            "taken. Remove columns that are not needed."
        )
    # A rejected-rows file of ours comes back mended.
    comes_back = column_key(header[-1]) == REASON_COLUMN and len(header) > 1
    if comes_back:
        header, records = header[:-1], _without_reason(records, len(header) - 1)
    return Table(
        kind=raw.kind,
        header=tuple(shown(name) for name in header),
        header_row=found.record.number,
        records=records,
        encoding=raw.encoding,
        delimiter=raw.delimiter,
        sheet=raw.sheet,
        notes=(*raw.notes, *_titles_note(found)),
        comes_back=comes_back,
        hidden=hidden,
    )


def _appointments(raw: RawTable, caps: Caps) -> Table:
    """A file of appointments: its header is ours, and its cells are no spreadsheet's."""
    header = next(raw.records)
    return Table(
        kind=raw.kind,
        header=header.cells,
        header_row=header.number,
        records=(_checked(record, caps) for record in _counted(raw.records, caps)),
        encoding=None,
        delimiter=None,
        sheet=None,
        late_notes=raw.late_notes,
    )


def _check_form(found: SourceFormat, wanted: SourceFormat | None) -> None:
    if wanted in (None, found):
        return
    is_table = wanted is SourceFormat.TABLE
    takes = "tables" if wanted is None or is_table else f"{noun_of(wanted)}"
    raise FileRefused(
        f"The file is not a table but {noun_of(found)}, and this source takes {takes}. Upload it to a source "
        f"of the format {found!r}; to make one, have its mapping proposed for the file (POST "
        "/v1/sources/suggest), or export what is in it as CSV or XLSX."
    )


def _titles_note(found: Header) -> tuple[str, ...]:
    if not found.above:
        return ()
    texts = ", ".join(repr(_beginning(record)) for record in found.above[:3])
    return (
        f"The names of the columns were read from row {found.record.number}; what stands above was left out "
        f"({texts}{', …' if len(found.above) > 3 else ''}).",
    )


def _beginning(record: Record) -> str:
    return shown(" ".join(trim(cell) for cell in record.cells if trim(cell)))[:60]


def _filled(records: Iterator[Record], caps: Caps) -> Iterator[Record]:
    """The records that are not empty, restored. Raises FileRefused beyond the caps of a file."""
    for record in _counted(records, caps):
        text = "".join(record.cells)  # few records need more than a look at it
        if trim(text):
            if "'" in text:
                record = _restored(record)
            yield _checked(record, caps) if len(text) > caps.row_characters else record


def _counted(records: Iterator[Record], caps: Caps) -> Iterator[Record]:
    """The records. Raises FileRefused beyond the caps of a file."""
    cell_count = 0
    for record in records:
        cell_count += len(record.cells)
        if record.number > caps.rows:
            raise FileRefused(f"The file has more than {caps.rows:,} rows. Split it into several files.")
        if cell_count > caps.cells:
            raise FileRefused(
                f"The file has more than {caps.cells:,} cells by row {record.number:,}. Remove columns that "
                "are not needed, or split it into several files."
            )
        yield record


def _checked(record: Record, caps: Caps) -> Record:
    lengths = list(map(len, record.cells))
    if sum(lengths) <= caps.row_characters:
        return record
    reason = (
        f"makes the row longer than {caps.row_characters:,} characters; shorten it, and in a text file check "
        "that quotation marks opened in it are closed"
    )
    return record._replace(fault=record.fault or Fault(reason, lengths.index(max(lengths))))


def _restored(record: Record) -> Record:
    cells = (cell if isinstance(cell, TypedCell) else restore(cell) for cell in record.cells)
    return record._replace(cells=tuple(cells))


def _without_reason(records: Iterator[Record], index: int) -> Iterator[Record]:
    for record in records:
        kept = (*record.cells[:index], *record.cells[index + 1 :])
        if any(map(trim, kept)):
            yield record._replace(cells=kept)
