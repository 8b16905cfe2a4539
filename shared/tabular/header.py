"""Which record of a file is its header: exports put titles, dates and empty lines above it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain, islice

from msgspec import Struct

from shared.domain.files.cell import is_unreadable
from shared.domain.files.characters import trim
from shared.domain.files.column_names import column_key, column_letters
from shared.domain.files.file import FileRefused
from shared.tabular.quoting import looks_like_data
from shared.tabular.raw_table import Record

LOOKED_AT = 20  # records among which the header is looked for


class Header(Struct, frozen=True, kw_only=True):
    """A file's header, the records below it, and those above it that were left out."""

    record: Record
    above: tuple[Record, ...]
    below: Iterator[Record]


def find_header(records: Iterator[Record], *, columns: Sequence[str], row: int | None) -> Header:
    """The record in `row`; when None, the first that has most of the `columns`, or else looks like a header.

    `records` are the file's without empty ones. Raises FileRefused when there is no such record, when what
    stands above it seems to be people's, or when it holds data.
    """
    head = list(islice(records, LOOKED_AT)) if row is None else _up_to(records, row)
    if not head:
        raise FileRefused("The file holds no data. Check the export that made it, then upload it again.")
    index = len(head) - 1 if row is not None else best_header(head, columns)
    found = head[index]
    if row is None:
        for record in head[:index]:
            _check_title(record, found)
    _check_names(found)
    return Header(record=found, above=tuple(head[:index]), below=chain(head[index + 1 :], records))


def best_header(head: Sequence[Record], columns: Sequence[str]) -> int:
    """The index of the record that is most likely the header."""
    scores = [matches(record, columns) for record in head]
    if any(scores):
        return scores.index(max(scores))
    widths = [len(_filled(record)) for record in head]
    usual = max(Counter(widths).items(), key=lambda item: (item[1], item[0]))[0]
    for index, record in enumerate(head):
        # A title has a cell or two; a header names at least half of the columns.
        if 2 * widths[index] > usual and not any(map(looks_like_data, record.cells)):
            return index
    return 0


def matches(record: Record, columns: Sequence[str]) -> int:
    """How many of the columns the record names."""
    return len({column_key(name) for name in columns} & {column_key(cell) for cell in record.cells})


def _up_to(records: Iterator[Record], row: int) -> list[Record]:
    head: list[Record] = []
    for record in records:
        head = [*head[-LOOKED_AT:], record]
        if record.number >= row:
            break
    if not head or head[-1].number != row:
        raise FileRefused(
            f"The source says that the names of the columns are in row {row:,}, and that row is empty. Put "
            "them there, or change the source's header row (none has it found out)."
        )
    return head


def _filled(record: Record) -> list[str]:
    return [cell for cell in record.cells if trim(cell)]


def _check_title(record: Record, header: Record) -> None:
    cells = _filled(record)
    if len(cells) >= max(2, len(_filled(header)) * 3 / 4) and any(map(looks_like_data, cells)):
        raise FileRefused(
            f"The names of the columns are in row {header.number}, but row {record.number} above it looks "
            "like a record, which would be left out. Move the names to the top (sorting may have moved "
            f"them), delete what stands above them, or give the source the header row {header.number}."
        )


def _check_names(header: Record) -> None:
    if header.fault is not None:
        raise FileRefused(
            f"Row {header.number}, where the names of the columns should be, cannot be read: "
            f"{header.fault.reason}."
        )
    for index, name in enumerate(header.cells):
        where = f"Row {header.number}, column {column_letters(index)}"
        if is_unreadable(name):
            raise FileRefused(
                f"{where}: the column's name has characters that are not in the file's encoding. "
                "Save the file as UTF-8, or give the source the right encoding."
            )
        if looks_like_data(name):
            raise FileRefused(
                f"{where} looks like data, not like a column's name. Put a row with the names of the columns "
                "on top."
            )
