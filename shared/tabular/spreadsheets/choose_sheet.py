"""Which sheet of a workbook is read: the one named, or the only one that fits; never any of several."""

from collections.abc import Sequence
from itertools import islice
from typing import NamedTuple

from shared.domain.files.file import FileRefused
from shared.tabular.header import LOOKED_AT, best_header, matches
from shared.tabular.raw_table import Record
from shared.tabular.spreadsheets.book import Book, Sheet


class Chosen(NamedTuple):
    """A sheet, and what people should know of the choice; "" when there was none."""

    sheet: Sheet
    note: str


def choose_sheet(book: Book, *, name: str, columns: Sequence[str]) -> Chosen:
    """The sheet called `name`; for "" the visible one with data that has most of the `columns`.

    Raises FileRefused when there is none, and when several have equally many and could each be meant.
    """
    if name:
        return Chosen(_named(book, name), "")
    heads = {sheet.name: _head(sheet) for sheet in book.sheets if sheet.is_visible}
    filled = [sheet for sheet in book.sheets if heads.get(sheet.name)]
    if not filled:
        raise FileRefused(
            "The workbook has no visible sheet with data. Check that the right file was uploaded."
        )
    scores = {sheet.name: _score(heads[sheet.name], columns) for sheet in filled}
    best = max(scores.values())
    fitting = [sheet for sheet in filled if scores[sheet.name] == best]
    rivals = [sheet for sheet in fitting if len(heads[sheet.name]) > 1]
    if best and len(rivals) > 1:
        raise FileRefused(
            f"{len(rivals)} sheets of the workbook have the source's columns: {_names(rivals)}. Say which "
            "one to read, by `sheet` when the file is uploaded or in the source; to load each, upload the "
            "file once for each."
        )
    chosen = (rivals or fitting)[0]
    others = [sheet for sheet in filled if sheet is not chosen]
    return Chosen(chosen, _note(chosen, others) if others else "")


def _named(book: Book, name: str) -> Sheet:
    for sheet in book.sheets:
        if sheet.name.strip().casefold() == name.strip().casefold():
            return sheet
    raise FileRefused(
        f"The workbook has no sheet {name!r}; it has {_names(book.sheets)}. Rename the sheet, or change the "
        "source's sheet."
    )


def _head(sheet: Sheet) -> list[Record]:
    return [Record(row.number, tuple(row.cells), 0) for row in islice(sheet.rows(), LOOKED_AT)]


def _score(head: Sequence[Record], columns: Sequence[str]) -> int:
    return matches(head[best_header(head, columns)], columns)


def _names(sheets: Sequence[Sheet]) -> str:
    return ", ".join(repr(sheet.name) for sheet in sheets)


def _note(chosen: Sheet, others: Sequence[Sheet]) -> str:
    return (
        f"The sheet {chosen.name!r} was read; the workbook also has {_names(others)} with data. To read "
        "another one, name it by `sheet` when the file is uploaded, or in the source."
    )
