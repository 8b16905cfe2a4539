"""What the readers of XLSX, XLS and ODS files have in common: a workbook's sheets and their rows."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from msgspec import Struct

from shared.tabular.kind import Kind

MOST_COLUMNS = 16_384  # of any spreadsheet program


class SheetRow(NamedTuple):
    """One row that is not empty. `number` counts from 1; `percent` of the sheet is read with it.

    Cells are str when they hold text or an error, else TypedCell; none empty stands at the end.
    """

    number: int
    cells: list[str]
    is_hidden: bool
    percent: int


class Sheet(Struct, frozen=True, kw_only=True):
    """A sheet of cells. `rows` reads it from the start each time it is called."""

    name: str
    is_visible: bool
    rows: Callable[[], Iterator[SheetRow]]


class Book(Struct, frozen=True, kw_only=True):
    """A workbook with its sheets of cells, in their order."""

    kind: Kind
    sheets: tuple[Sheet, ...]


def without_empty_end(cells: list[str]) -> list[str]:
    """The cells without empty ones at the end; the list itself is cut."""
    while cells and not cells[-1]:
        cells.pop()
    return cells


def put(cells: list[str], column: int, text: str) -> None:
    """Place the text in its column. Raises ValueError for one that no spreadsheet has."""
    if column == len(cells) < MOST_COLUMNS:
        cells.append(text)
        return
    if not 0 <= column < MOST_COLUMNS:
        raise ValueError(f"there is no column {column + 1:,}")
    cells.extend([""] * (column + 1 - len(cells)))
    cells[column] = text
