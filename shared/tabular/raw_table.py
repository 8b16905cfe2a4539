"""What the readers of each kind of file hand over: records as they stand, the header among them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from shared.domain.files.file import FileRefused
from shared.tabular.caps import Caps
from shared.tabular.kind import Kind


class Record(NamedTuple):
    """One record. `number` counts as a spreadsheet does; `percent` of the file is read with it.

    A named tuple, not a dataclass: there are a million in a large file.
    """

    number: int
    cells: tuple[str, ...]
    percent: int


@dataclass(frozen=True, kw_only=True, slots=True)
class RawTable:
    """An opened file. `encoding` and `delimiter` are those of a text file, `sheet` is a spreadsheet's."""

    kind: Kind
    records: Iterator[Record]
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None


def row_too_long(number: int, caps: Caps) -> FileRefused:
    """The refusal of a file with a row that could not be stored."""
    return FileRefused(
        f"Row {number:,} holds more than {caps.row_characters:,} characters. Shorten it. In text files, "
        "often a quotation mark opened in it is not closed: close it, or double it if it belongs to the text."
    )
