"""Files for the tests of uploads, and reading them whole."""

from collections.abc import Sequence
from pathlib import Path

import openpyxl
from msgspec import Struct

from shared.tabular.caps import Caps
from shared.tabular.raw_table import Record
from shared.tabular.table import DEFAULT_CAPS, Table, open_table


class Read(Struct, frozen=True, kw_only=True):
    """A table read to its end."""

    table: Table
    records: list[Record]

    @property
    def rows(self) -> list[tuple[int, tuple[str, ...]]]:
        return [(record.number, record.cells) for record in self.records]


def read(
    path: Path,
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    sheet: str | None = None,
    columns: Sequence[str] = (),
    header_row: int | None = None,
    takes_hidden: bool = False,
    caps: Caps = DEFAULT_CAPS,
) -> Read:
    with open_table(
        path,
        encoding=encoding,
        delimiter=delimiter,
        sheet=sheet,
        columns=columns,
        header_row=header_row,
        takes_hidden=takes_hidden,
        caps=caps,
    ) as table:
        return Read(table=table, records=list(table.records))


def write(folder: Path, content: bytes, name: str = "upload") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def write_xlsx(folder: Path, rows: Sequence[Sequence[object]], title: str = "Sheet") -> Path:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    path = folder / "upload"
    workbook.save(path)
    return path
