"""ODS workbooks (OpenDocument 1.3 part 3, section 9): all sheets stand one after another in one document."""

import functools
import zipfile
from collections.abc import Iterator
from pathlib import Path

from shared.domain.files.file import FileRefused
from shared.tabular.kind import Kind
from shared.tabular.spreadsheets.book import Book, Sheet, SheetRow
from shared.tabular.spreadsheets.ods_rows import TableParser
from shared.tabular.spreadsheets.xml import Attributes, XmlHandler, XmlReader

_CONTENT = "content.xml"


def open_ods(path: Path) -> Book:
    """The workbook in an archive that was checked. Raises FileRefused, also while rows are read."""
    archive = zipfile.ZipFile(path)
    if _is_encrypted(archive):
        raise FileRefused("The file is protected by a password. Save it without one.")
    if _CONTENT not in archive.NameToInfo:
        raise FileRefused("The spreadsheet is damaged: it has no content. Save it again, or save it as CSV.")
    size = archive.getinfo(_CONTENT).file_size or 1

    def rows(index: int) -> Iterator[SheetRow]:
        parser = TableParser(index)
        with archive.open(_CONTENT) as stream:
            reader = XmlReader(stream, parser)
            for _ in reader.pieces():
                percent = min(100, reader.bytes_read * 100 // size)
                for row in parser.take():
                    for number in range(row.first, row.first + row.repeats):
                        yield SheetRow(number, row.cells, row.is_hidden, percent)
                if parser.has_ended:
                    return

    listed = _Listing()
    with archive.open(_CONTENT) as stream:
        XmlReader(stream, listed).read()
    sheets = (
        Sheet(name=name, is_visible=style not in listed.hidden_styles, rows=functools.partial(rows, index))
        for index, (name, style) in enumerate(listed.tables)
    )
    return Book(kind=Kind.ODS, sheets=tuple(sheets))


def _is_encrypted(archive: zipfile.ZipFile) -> bool:
    manifest = "META-INF/manifest.xml"
    return manifest in archive.NameToInfo and b"encryption-data" in archive.read(manifest)


class _Listing(XmlHandler):
    """The names and styles of the document's tables, and which styles hide a table."""

    def __init__(self) -> None:
        self.tables: list[tuple[str, str]] = []
        self.hidden_styles: set[str] = set()
        self._style = ""
        self._depth = 0

    def start(self, name: str, attributes: Attributes) -> None:
        """Take up an element."""
        if name == "table":
            if not self._depth:
                self.tables.append((attributes.get("table:name", ""), attributes.get("table:style-name", "")))
            self._depth += 1
        elif name == "style":
            self._style = attributes.get("style:name", "")
        elif name == "table-properties" and attributes.get("table:display") == "false":
            self.hidden_styles.add(self._style)

    def end(self, name: str) -> None:
        """Finish an element."""
        self._depth -= name == "table"
