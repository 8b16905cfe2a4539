"""XLS workbooks (BIFF8 and before), by xlrd: with number formats, errors and hidden rows."""

import functools
import sys
from collections.abc import Iterator
from pathlib import Path

import xlrd
from xlrd.biffh import (
    XL_CELL_BOOLEAN,
    XL_CELL_DATE,
    XL_CELL_ERROR,
    XL_CELL_NUMBER,
    XL_CELL_TEXT,
    error_text_from_code,
)
from xlrd.book import Book as XlsBook
from xlrd.sheet import Cell
from xlrd.sheet import Sheet as XlsSheet

from shared.domain.files.cell import TypedCell
from shared.domain.files.file import FileRefused
from shared.tabular.kind import Kind
from shared.tabular.spreadsheets.book import Book, Sheet, SheetRow, without_empty_end
from shared.tabular.spreadsheets.number_format import BUILT_IN, GENERAL, number_format

_ENCRYPTED_XLSX = "EncryptedPackage".encode("utf-16-le")
_PASSWORD = "The file is protected by a password. Save it without one."  # noqa: S105
_BY_NUMBER = (14, 22, *range(27, 37), *range(50, 59))  # formats that follow the settings of whoever looks


def open_xls(path: Path) -> Book:
    """The workbook in an OLE2 file. Raises FileRefused."""
    content = path.read_bytes()
    if _ENCRYPTED_XLSX in content:
        raise FileRefused(_PASSWORD)
    try:
        # What xlrd finds odd goes to the log; standard output is ours.
        book = xlrd.open_workbook(
            file_contents=content, formatting_info=True, on_demand=True, logfile=sys.stderr
        )
        sheets = tuple(_sheet(book, index) for index in range(book.nsheets))
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001  # a damaged file fails wherever xlrd happens to be
        if "encrypted" in str(error):
            raise FileRefused(_PASSWORD) from None
        raise FileRefused(
            f"The file is not a spreadsheet that can be opened ({error}). It may be damaged, protected by a "
            "password or another kind of document: save it again as XLSX or CSV."
        ) from None
    return Book(kind=Kind.XLS, sheets=sheets)


def _sheet(book: XlsBook, index: int) -> Sheet:
    sheet = book.sheet_by_index(index)
    return Sheet(name=sheet.name, is_visible=not sheet.visibility, rows=functools.partial(_rows, book, sheet))


def _rows(book: XlsBook, sheet: XlsSheet) -> Iterator[SheetRow]:
    for index in range(sheet.nrows):
        cells = without_empty_end([_value(book, cell) for cell in sheet.row(index)])
        if cells:
            info = sheet.rowinfo_map.get(index)
            is_hidden = bool(info and (info.hidden or info.height == 0))
            yield SheetRow(index + 1, cells, is_hidden, (index + 1) * 100 // sheet.nrows)


def _value(book: XlsBook, cell: Cell) -> str:
    kind, value = cell.ctype, cell.value
    if kind == XL_CELL_TEXT:
        return str(value)
    if kind in (XL_CELL_NUMBER, XL_CELL_DATE):
        return number_format(_code(book, cell)).cell(value, is_1904=bool(book.datemode))
    if kind == XL_CELL_BOOLEAN:
        return TypedCell("true", "TRUE") if value else TypedCell("false", "FALSE")
    return str(error_text_from_code.get(value, "#ERROR!")) if kind == XL_CELL_ERROR else ""


def _code(book: XlsBook, cell: Cell) -> str:
    number = book.xf_list[cell.xf_index].format_key
    return BUILT_IN[number] if number in _BY_NUMBER else book.format_map[number].format_str or GENERAL
