"""What the readers of each kind of file hand over: records as they stand, the header among them."""

from collections.abc import Iterator
from typing import NamedTuple

from msgspec import Struct, field

from shared.tabular.kind import Kind


class Fault(NamedTuple):
    """Why a record cannot be taken as it stands. `cell`: the index of the one at fault; `line`: its text."""

    reason: str
    cell: int | None = None
    line: str | None = None


class Record(NamedTuple):
    """One record. `number` counts as a spreadsheet does; `percent` of the file is read with it.

    A named tuple, not a dataclass: there are a million in a large file.
    """

    number: int
    cells: tuple[str, ...]
    percent: int
    fault: Fault | None = None
    is_hidden: bool = False


class RawTable(Struct, frozen=True, kw_only=True):
    """An opened file. `encoding` and `delimiter` are those of a text file, `sheet` is a spreadsheet's.

    `late_notes` are added to `notes` while records are read.
    """

    kind: Kind
    records: Iterator[Record]
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    notes: tuple[str, ...] = ()
    late_notes: list[str] = field(default_factory=list)
