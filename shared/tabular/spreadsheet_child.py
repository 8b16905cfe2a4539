"""The child process that opens spreadsheets: a hostile file can abort it, not the service.

Arguments: path, caps as JSON, sheet name ("" for the first with data). Writes JSON lines: "ready"; then what
was opened; then rows, where a text cell is a string and a typed cell a list of one string; then "end".
Or, at any point, {"refused": reason}.
"""

import json
import resource
import signal
import sys
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from math import isfinite
from pathlib import Path

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from shared.domain.files.file import FileRefused
from shared.tabular.archive import check_archive
from shared.tabular.caps import Caps
from shared.tabular.kind import OLE2, Kind

OUT_OF_MEMORY = 3
Cell = int | float | str | bool | time | date | datetime | timedelta


def main(path: Path, caps: Caps, sheet_name: str) -> None:
    """Write the sheet's rows to standard output."""
    _limit(caps)
    _write("ready")
    try:
        # Loading must end in time; writing rows may take as long as the reader at the other end does.
        signal.alarm(caps.seconds)
        kind = _kind(path, caps)
        sheet = _open_sheet(path, sheet_name)
        height = _checked_height(sheet, caps)
        signal.alarm(0)
        _write({"kind": kind, "sheet": sheet.name, "height": height})
        for row in _rows(sheet):
            _write(row)
        _write("end")
    except FileRefused as refusal:
        _write({"refused": refusal.reason})
    except MemoryError:
        sys.exit(OUT_OF_MEMORY)
    sys.stdout.flush()


def _limit(caps: Caps) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (caps.memory_bytes, caps.memory_bytes))
    # The hard limit kills without saying why, so the soft one comes first.
    resource.setrlimit(resource.RLIMIT_CPU, (caps.seconds, caps.seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def _write(message: object) -> None:
    sys.stdout.write(json.dumps(message, separators=(",", ":")) + "\n")


def _kind(path: Path, caps: Caps) -> Kind:
    with path.open("rb") as stream:
        is_old = stream.read(len(OLE2)) == OLE2
    return Kind.XLS if is_old else check_archive(path, caps)


def _open_sheet(path: Path, name: str) -> CalamineSheet:
    try:
        with path.open("rb") as stream:
            workbook = CalamineWorkbook.from_filelike(stream)
            return _named_sheet(workbook, name) if name else _first_sheet(workbook)
    except PasswordError:
        raise FileRefused("The file is protected by a password. Save it without one.") from None
    except CalamineError as error:
        raise FileRefused(
            f"The file is not a spreadsheet that can be opened ({error}). It may be damaged, protected by a "
            "password or another kind of document: save it again as XLSX or CSV."
        ) from None


def _named_sheet(workbook: CalamineWorkbook, name: str) -> CalamineSheet:
    for found in workbook.sheet_names:
        if found.strip().casefold() == name.strip().casefold():
            return workbook.get_sheet_by_name(found)
    names = ", ".join(repr(found) for found in workbook.sheet_names)
    raise FileRefused(
        f"The workbook has no sheet {name!r}; it has {names}. Rename the sheet, or change the source's sheet."
    )


def _first_sheet(workbook: CalamineWorkbook) -> CalamineSheet:
    for entry in workbook.sheets_metadata:
        if entry.visible == SheetVisibleEnum.Visible and entry.typ == SheetTypeEnum.WorkSheet:
            sheet = workbook.get_sheet_by_name(entry.name)
            if sheet.height:
                return sheet
    raise FileRefused("The workbook has no visible sheet with data. Check that the right file was uploaded.")


def _checked_height(sheet: CalamineSheet, caps: Caps) -> int:
    """The number of the sheet's last row. Raises FileRefused when the sheet spans more than the caps."""
    height, width = (index + 1 for index in sheet.end or (-1, -1))
    for size, cap, what in ((height, caps.rows, "rows"), (width, caps.columns, "columns")):
        if size > cap:
            raise FileRefused(
                f"The sheet {sheet.name!r} reaches to row {height:,} and column {width:,}; {cap:,} {what} "
                "are taken. Delete what stands far from the table, or split the file."
            )
    if height * width > caps.cells:
        raise FileRefused(
            f"The sheet {sheet.name!r} spans {height:,} rows × {width:,} columns; {caps.cells:,} cells are "
            "taken. Delete columns that are not needed, or split the file."
        )
    return height


def _rows(sheet: CalamineSheet) -> Iterator[list[str | list[str]]]:
    """Rows from row 1 and column A on, without the empty cells at their ends."""
    margin: list[str | list[str]] = [""] * (sheet.start[1] if sheet.start else 0)
    for row in sheet.iter_rows():
        cells = [_text(value) for value in row]
        while cells and not cells[-1]:
            cells.pop()
        yield margin + cells if cells else []


def _text(value: Cell) -> str | list[str]:
    """A text cell as it is; a typed one as ISO 8601, plain decimal or true/false, in a list."""
    match value:
        case str():
            return value
        case bool():
            return [str(value).lower()]
        case int():
            return [str(value)]
        case float():
            return [_decimal(value)] if isfinite(value) else ""
        case datetime():
            # Spreadsheets count in fractions of days: 10:00 may come as 09:59:59.999.
            return [(value + timedelta(milliseconds=500)).replace(microsecond=0).isoformat()]
        case timedelta():
            minutes, seconds = divmod(round(value.total_seconds()), 60)
            return [f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}"]
        case time():
            return [value.isoformat("seconds")]
        case date():
            return [value.isoformat()]


def _decimal(value: float) -> str:
    return str(int(value)) if value.is_integer() else format(Decimal(repr(value)), "f")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Caps(**json.loads(sys.argv[2])), sys.argv[3])
