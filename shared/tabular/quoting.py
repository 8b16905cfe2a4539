"""Quotation marks that are not closed, or closed too late: they make one row of two people."""

import csv
import re
from collections.abc import Iterator, Sequence

from shared.domain.files.characters import trim
from shared.tabular.raw_table import Fault, Record

# An email address, a date or a long number: what a record holds, not a column's name nor a line of prose.
_DATA = re.compile(r"\S+@\S+\.\S+|\d{4}-\d\d-\d\d.*|\d{1,2}[/.]\d{1,2}[/.]\d{2,4}.*|\+?[\d(][\d\s().-]{6,}")


def looks_like_data(cell: str) -> bool:
    """Whether the cell is an address or a date rather than words."""
    return _DATA.fullmatch(trim(cell)) is not None


def unpaired(first_line: int, last_line: int) -> str:
    """The reason to reject lines whose quotation marks cannot be read."""
    return (
        f'the quotation marks (") in {_lines(first_line, last_line)} of the file do not pair: close the one '
        "that is open, or double it if it belongs to the text"
    )


def swallowing(cells: Sequence[str], first_line: int, last_line: int, delimiter: str) -> str | None:
    """The reason to reject a record of several lines when one of its cells seems to hold another record.

    A mark that is opened in one row and closed by the next one's is well formed; only what stands between
    tells: a line of it is parted by delimiters and has an address or a date among its parts.
    """
    for cell in cells:
        for line in cell.splitlines() if "\n" in cell or "\r" in cell else ():
            parts = line.split(delimiter)
            if len(parts) > 1 and any(map(looks_like_data, parts)):
                return (
                    f'a cell opened by a quotation mark (") in {_lines(first_line, last_line)} of the file '
                    "seems to hold another row: close the mark where the cell ends, or take the line breaks "
                    "out of the cell"
                )
    return None


def line_records(
    lines: Sequence[str], reason: str, *, number: int, percent: int, delimiter: str
) -> Iterator[Record]:
    """A record at fault for each line of what cannot be one record; rows count on from `number`."""
    for offset, line in enumerate(lines):
        text = line.rstrip("\r\n")
        cells = next(csv.reader([text], delimiter=delimiter, quoting=csv.QUOTE_NONE), [])
        yield Record(number + offset, tuple(cells), percent, Fault(reason, line=text))


def _lines(first: int, last: int) -> str:
    return f"line {first}" if first == last else f"lines {first} to {last}"
