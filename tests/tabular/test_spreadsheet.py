"""Spreadsheets: typed cells, sheets, and hostile files that must not harm the process."""

import io
import os
import resource
import struct
import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path

import openpyxl
import psutil
import pytest
import xlwt
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P

from shared.domain.files.cell import TypedCell
from shared.domain.files.file import FileRefused
from shared.tabular.caps import MIB, Caps
from shared.tabular.kind import Kind
from shared.tabular.table import open_table
from tests.kit.tabular.tables import read, write, write_xlsx


def test_xlsx_cells_become_text_and_typed_ones_say_so(tmp_path: Path) -> None:
    values: list[object] = [
        "0123",
        4155551234,
        1234.5,
        -0.000001,
        True,
        date(2026, 1, 5),
        datetime(2026, 1, 5, 10, 20),  # noqa: DTZ001  # spreadsheets have no zones
        time(9, 30),
        timedelta(hours=30),
        "#N/A",
        "=1/0",
    ]
    path = write_xlsx(tmp_path, [[f"c{n}" for n in range(len(values))], values])
    cells = read(path).records[0].cells
    assert cells == (
        "0123",
        "4155551234",
        "1234.5",
        "-0.000001",
        "true",
        "2026-01-05",
        "2026-01-05T10:20:00",
        "09:30:00",
        "30:00:00",
        "#N/A",
        "#CALC!",
    )
    assert [isinstance(cell, TypedCell) for cell in cells] == [False] + [True] * 8 + [False] * 2


def test_every_minute_of_a_day_reads_as_that_minute(tmp_path: Path) -> None:
    midnight = datetime(2026, 1, 5)  # noqa: DTZ001
    moments = [midnight + timedelta(minutes=minute) for minute in range(1, 1440)]
    result = read(write_xlsx(tmp_path, [["at"], *[[moment] for moment in moments]]))
    assert [record.cells[0] for record in result.records] == [moment.isoformat() for moment in moments]


def test_rows_are_numbered_and_placed_as_in_the_sheet(tmp_path: Path) -> None:
    rows = [[], [], [None, "a", "b"], [], [None, "1", "2"], [None, None, "3"]]
    result = read(write_xlsx(tmp_path, rows))
    assert result.table.kind is Kind.XLSX
    assert result.table.header == ("", "a", "b")
    assert result.rows == [(5, ("", "1", "2")), (6, ("", "", "3"))]
    assert [record.percent for record in result.records] == [100, 100]


def test_xls_is_read(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Data")
    style = xlwt.easyxf(num_format_str="YYYY-MM-DD HH:MM")
    ten = datetime(2026, 1, 5, 10, 0)  # noqa: DTZ001
    rows: list[tuple[str, object]] = [("name", "at"), ("Zoë", ten)]
    for row, cells in enumerate(rows):
        sheet.write(row, 0, cells[0])
        sheet.write(row, 1, cells[1], style)
    book.save(str(tmp_path / "upload"))
    result = read(tmp_path / "upload")
    assert (result.table.kind, result.table.sheet) == (Kind.XLS, "Data")
    assert result.rows == [(2, ("Zoë", "2026-01-05T10:00:00"))]


def test_ods_is_read(tmp_path: Path) -> None:
    document = OpenDocumentSpreadsheet()
    table = Table(name="Data")
    for cells in (["name", "day"], ["Zoë", "2026-01-05"]):
        row = TableRow()
        for cell in cells:
            is_day = cell.startswith("2026")
            element = TableCell(valuetype="date", datevalue=cell) if is_day else TableCell(valuetype="string")
            element.addElement(P(text=cell))
            row.addElement(element)
        table.addElement(row)
    document.spreadsheet.addElement(table)
    document.save(str(tmp_path / "upload"))
    result = read(tmp_path / "upload")
    assert result.table.kind is Kind.ODS
    assert result.rows == [(2, ("Zoë", "2026-01-05"))]


def _three_sheets(folder: Path) -> Path:
    workbook = openpyxl.Workbook()
    workbook.active.title = "Empty"
    hidden = workbook.create_sheet("Hidden")
    hidden.sheet_state = "hidden"
    hidden.append(["secret"])
    for name in ("First", "Second"):
        workbook.create_sheet(name).append([name])
    workbook.save(folder / "upload")
    return folder / "upload"


def test_the_first_visible_sheet_with_data_is_taken_unless_one_is_named(tmp_path: Path) -> None:
    path = _three_sheets(tmp_path)
    assert read(path).table.header == ("First",)
    assert read(path, sheet=" second").table.header == ("Second",)
    assert read(path, sheet="Hidden").table.header == ("secret",)


def test_an_unknown_sheet_is_refused_with_the_names_there_are(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="no sheet 'Third'; it has 'Empty', 'Hidden', 'First', 'Second'"):
        read(_three_sheets(tmp_path), sheet="Third")


def test_a_workbook_without_data_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="no visible sheet with data"):
        read(write_xlsx(tmp_path, []))
    with pytest.raises(FileRefused, match="holds no data"):
        read(write_xlsx(tmp_path, [["  "]]))


def test_two_far_apart_cells_are_refused_without_taking_memory(tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    workbook.active["A1"] = "a"
    workbook.active["XFD1048576"] = "b"
    workbook.save(tmp_path / "upload")
    with pytest.raises(FileRefused, match="has data in row 1,048,576, column XFD; 1,000,000 rows are taken"):
        read(tmp_path / "upload")


@pytest.mark.parametrize(
    ("cell", "caps", "reason"),
    [
        ("A2000", Caps(rows=1999), "has data in row 2,000, column A; 1,999 rows are taken"),
        ("CV1", Caps(columns=99), "row 1, column CV; 99 columns are taken"),
        ("CV100", Caps(cells=100), "more than 100 cells by row 100"),
        ("B2", Caps(row_characters=0), "Row 1, where the names of the columns should be, cannot be read"),
        ("B2", Caps(entries=3), "parts; 3 are taken"),
        ("B2", Caps(inflated_bytes=1000), "unpacks to more than 0 MiB"),
        ("B2", Caps(memory_bytes=200 * MIB), None),
    ],
)
def test_caps_of_spreadsheets(tmp_path: Path, cell: str, caps: Caps, reason: str | None) -> None:
    workbook = openpyxl.Workbook()
    workbook.active["A1"] = "a"
    workbook.active[cell] = "b"
    workbook.save(tmp_path / "upload")
    if reason is None:
        assert read(tmp_path / "upload", caps=caps).table.header == ("a",)
        return
    with pytest.raises(FileRefused, match=reason):
        read(tmp_path / "upload", caps=caps)


def _with_part(folder: Path, name: str, content: bytes) -> Path:
    """A workbook with one more part, compressed."""
    path = write_xlsx(folder, [["a"], ["1"]])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return path


BOMB = bytes(30 * MIB)
BOMB_CAPS = Caps(inflated_bytes=20 * MIB)


def test_a_zip_bomb_is_refused(tmp_path: Path) -> None:
    path = _with_part(tmp_path, "xl/media/bomb.bin", BOMB)
    assert path.stat().st_size < MIB
    with pytest.raises(FileRefused, match="unpacks to more than 20 MiB"):
        read(path, caps=BOMB_CAPS)


def test_a_zip_bomb_whose_directory_lies_about_sizes_is_refused(tmp_path: Path) -> None:
    path = _with_part(tmp_path, "xl/media/bomb.bin", BOMB)
    lie, truth = struct.pack("<L", 10), struct.pack("<L", len(BOMB))
    content = path.read_bytes()
    assert content.count(truth) == 2  # local header and central directory
    path.write_bytes(content.replace(truth, lie))
    with zipfile.ZipFile(path) as archive:
        assert archive.getinfo("xl/media/bomb.bin").file_size == 10
    with pytest.raises(FileRefused, match="unpacks to more than 20 MiB"):
        read(path, caps=BOMB_CAPS)


def test_a_sheet_that_takes_too_long_is_refused(tmp_path: Path) -> None:
    rows = "<row/>" * 15_000_000
    sheet = f"<worksheet><sheetData>{rows}</sheetData></worksheet>"
    source = write_xlsx(tmp_path, [["a"]])
    path = tmp_path / "slow"
    with (
        zipfile.ZipFile(source) as old,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new,
    ):
        for name in old.namelist():
            new.writestr(name, sheet if name == "xl/worksheets/sheet1.xml" else old.read(name))
    before = _processor_seconds()
    with pytest.raises(FileRefused, match="takes over 1 seconds to open"):
        read(path, caps=Caps(seconds=1))
    assert _processor_seconds() - before < 5


def _processor_seconds() -> float:
    """What the processes that opened spreadsheets took, however long that was on a busy machine."""
    taken = resource.getrusage(resource.RUSAGE_CHILDREN)
    return taken.ru_utime + taken.ru_stime


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"PK\x03\x04 and then nothing of a zip", "damaged and cannot be opened"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "can be opened|is damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + os.urandom(6000), "can be opened|is damaged"),
    ],
)
def test_damaged_spreadsheets_are_refused(tmp_path: Path, content: bytes, reason: str) -> None:
    with pytest.raises(FileRefused, match=reason):
        read(write(tmp_path, content))


def test_a_workbook_with_a_broken_part_is_refused(tmp_path: Path) -> None:
    content = bytearray(write_xlsx(tmp_path, [["a"], ["1"]]).read_bytes())
    at = content.index(b"xl/worksheets/sheet1.xml") + 60
    content[at : at + 20] = bytes(20)
    with pytest.raises(FileRefused, match="damaged and cannot be opened"):
        read(write(tmp_path, bytes(content)))


def _changed(folder: Path, part: str, old: str, new: str) -> Path:
    """A workbook with a text in one of its parts changed."""
    path = write_xlsx(folder, [["Name", "Note"], ["Ana", "x"]])
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert old.encode() in parts[part]
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content.replace(old.encode(), new.encode()) if name == part else content)
    return path


def test_a_sheet_that_the_workbook_names_and_lacks_is_as_none(tmp_path: Path) -> None:
    path = _changed(tmp_path, "xl/workbook.xml", 'r:id="rId1"', 'r:id="rId99"')
    with pytest.raises(FileRefused, match="no visible sheet with data"):
        read(path)


def test_how_a_name_is_read_aloud_is_no_part_of_it(tmp_path: Path) -> None:
    cell = '<c r="A2" t="inlineStr"><is><t>東京</t><rPh sb="0" eb="2"><t>トウキョウ</t></rPh></is></c>'
    part = "xl/worksheets/sheet1.xml"
    before = zipfile.ZipFile(write_xlsx(tmp_path, [["Name", "Note"], ["Ana", "x"]])).read(part).decode()
    old = before[before.index('<c r="A2"') : before.index('<c r="B2"')]
    [record] = read(_changed(tmp_path, part, old, cell)).records
    assert record.cells == ("東京", "x")


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ({"data.csv": "a,b"}, "a ZIP archive but no spreadsheet"),
        ({"word/document.xml": "<x/>"}, "a ZIP archive but no spreadsheet"),
        ({"mimetype": "application/vnd.oasis.opendocument.text"}, "a ZIP archive but no spreadsheet"),
        ({"xl/workbook.bin": "x"}, "Binary workbooks"),
        ({"xl/workbook.xml": "<nonsense"}, "damaged and cannot be opened .unclosed token"),
        ({"xl/workbook.xml": "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"}, "declares a document type"),
        ({"../../etc/cron.d/x": "x", "/abs": "y"}, "a ZIP archive but no spreadsheet"),
    ],
)
def test_other_archives_are_refused(tmp_path: Path, parts: dict[str, str], reason: str) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    with pytest.raises(FileRefused, match=reason):
        read(write(tmp_path, buffer.getvalue()))
    assert [entry.name for entry in tmp_path.iterdir()] == ["upload"]


def test_the_child_ends_with_the_table_and_sees_no_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROLLCALL_SIGNING_KEY", "do-not-leak")
    path = write_xlsx(tmp_path, [["a"], *[[str(n) * 50] for n in range(20_000)]])
    with open_table(path) as table:
        next(table.records)
        # It cannot have ended: the rows do not fit the pipe.
        children = psutil.Process().children()  # the emulators of other tests among them
        (child,) = [one for one in children if "spreadsheet_child" in " ".join(one.cmdline())]
        assert set(child.environ()) <= {"PYTHONPATH", "LD_LIBRARY_PATH", "LC_CTYPE"}
    assert not child.is_running()
