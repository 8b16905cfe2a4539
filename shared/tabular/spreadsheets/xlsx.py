"""XLSX workbooks: which sheets there are, and what their cells refer to.

ECMA-376 part 1: 18.2 (workbook), 18.4 (shared strings), 18.8 (styles); part 2 (relationships).
"""

import functools
import posixpath
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from shared.tabular.kind import Kind
from shared.tabular.spreadsheets.book import Book, Sheet, SheetRow
from shared.tabular.spreadsheets.number_format import BUILT_IN, GENERAL
from shared.tabular.spreadsheets.xlsx_rows import RowParser, SharedTexts
from shared.tabular.spreadsheets.xml import Attributes, XmlHandler, XmlReader, local

_WORKBOOK = "xl/workbook.xml"


def open_xlsx(path: Path) -> Book:
    """The workbook in an archive that was checked. Raises FileRefused, also while rows are read."""
    archive = zipfile.ZipFile(path)
    workbook = _Workbook()
    _read(archive, _WORKBOOK, workbook)
    relations = _Relations()
    _read(archive, "xl/_rels/workbook.xml.rels", relations)
    styles = _Styles()
    _read(archive, relations.of_type("styles", "xl/styles.xml"), styles)

    @functools.cache
    def texts() -> list[str]:
        shared = SharedTexts()
        part = relations.of_type("sharedStrings", "xl/sharedStrings.xml")
        _read(archive, part, shared)
        return shared.texts

    def rows(part: str) -> Iterator[SheetRow]:
        parser = RowParser(texts(), styles.codes(), is_1904=workbook.is_1904)
        size = archive.getinfo(part).file_size or 1
        with archive.open(part) as stream:
            reader = XmlReader(stream, parser)
            for _ in reader.pieces():
                percent = min(100, reader.bytes_read * 100 // size)
                yield from (SheetRow(row.number, row.cells, row.is_hidden, percent) for row in parser.take())

    sheets = []
    for entry in workbook.sheets:
        kind, part = relations.targets.get(entry.relation, ("", ""))
        if kind == "worksheet" and part in archive.NameToInfo:
            sheets.append(
                Sheet(name=entry.name, is_visible=entry.is_visible, rows=functools.partial(rows, part))
            )
    return Book(kind=Kind.XLSX, sheets=tuple(sheets))


def _read(archive: zipfile.ZipFile, part: str, handler: XmlHandler) -> None:
    if part in archive.NameToInfo:
        with archive.open(part) as stream:
            XmlReader(stream, handler).read()


class _Entry(NamedTuple):
    name: str
    relation: str
    is_visible: bool


class _Workbook(XmlHandler):
    """The workbook's sheets, and whether its days count from 1904."""

    def __init__(self) -> None:
        self.sheets: list[_Entry] = []
        self.is_1904 = False

    def start(self, name: str, attributes: Attributes) -> None:
        """Take up an element."""
        if name == "sheet":
            is_visible = attributes.get("state", "visible") == "visible"
            self.sheets.append(_Entry(attributes.get("name", ""), local(attributes, "id"), is_visible))
        elif name == "workbookPr":
            self.is_1904 = attributes.get("date1904") in ("1", "true")


class _Relations(XmlHandler):
    """What the workbook's parts are: kind and path by relation."""

    def __init__(self) -> None:
        self.targets: dict[str, tuple[str, str]] = {}

    def start(self, name: str, attributes: Attributes) -> None:
        """Take up an element."""
        if name == "Relationship":
            # "/xl/worksheets/sheet1.xml" is absolute, "worksheets/sheet1.xml" is beside the workbook.
            path = posixpath.normpath(posixpath.join("/xl", attributes.get("Target", ""))).lstrip("/")
            kind = attributes.get("Type", "").rpartition("/")[2]
            self.targets[attributes.get("Id", "")] = (kind, path)

    def of_type(self, kind: str, default: str) -> str:
        """The part of that kind."""
        return next((path for found, path in self.targets.values() if found == kind), default)


class _Styles(XmlHandler):
    """The number formats of cells, by style."""

    def __init__(self) -> None:
        self._own: dict[int, str] = {}
        self._ids: list[int] = []
        self._group = ""

    def start(self, name: str, attributes: Attributes) -> None:
        """Take up an element."""
        if name in ("numFmts", "cellXfs", "cellStyleXfs", "dxfs"):
            self._group = name
        elif name == "numFmt" and self._group == "numFmts":
            self._own[_number(attributes.get("numFmtId"))] = attributes.get("formatCode", GENERAL)
        elif name == "xf" and self._group == "cellXfs":
            self._ids.append(_number(attributes.get("numFmtId")))

    def end(self, name: str) -> None:
        """Finish an element."""
        if name == self._group:
            self._group = ""

    def codes(self) -> list[str]:
        """The format code of each style."""
        return [self._own.get(number) or BUILT_IN.get(number, GENERAL) for number in self._ids]


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() else 0
