"""What cells of real workbooks hold: errors, formats, times, hidden rows, several sheets."""

import zipfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
import xlwt

from shared.domain.files.cell import TypedCell
from shared.domain.files.file import FileRefused
from shared.tabular.kind import Kind
from tests.kit.tabular.tables import Read, read, write, write_xlsx

NINE = datetime(2026, 12, 24, 9)  # noqa: DTZ001  # spreadsheets have no zones
ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
ODS_NAMES = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" '
    'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
)


def write_ods(folder: Path, rows: str, *, more: str = "", styles: str = "", manifest: str = "<m/>") -> Path:
    """An ODS file whose first table has these rows; `more` are further tables."""
    content = (
        f"<office:document-content {ODS_NAMES}>"
        f"<office:automatic-styles>{styles}</office:automatic-styles>"
        f'<office:body><office:spreadsheet><table:table table:name="One">{rows}</table:table>{more}'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(folder / "upload", "w") as archive:
        archive.writestr("mimetype", ODS_TYPE)
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", manifest)
    return folder / "upload"


def ods_row(*cells: str, attributes: str = "") -> str:
    return f"<table:table-row {attributes}>{''.join(cells)}</table:table-row>"


def ods_cell(text: str = "", attributes: str = 'office:value-type="string"') -> str:
    return f"<table:table-cell {attributes}>{f'<text:p>{text}</text:p>' if text else ''}</table:table-cell>"


def shown(result: Read) -> list[tuple[str, ...]]:
    """What each row's cells show."""
    return [
        tuple(cell.shown if isinstance(cell, TypedCell) else cell for cell in record.cells)
        for record in result.records
    ]


def formatted_xlsx(folder: Path, cells: Sequence[tuple[object, str]]) -> Path:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.append([f"c{index}" for index in range(len(cells))])
    for column, (value, code) in enumerate(cells, 1):
        sheet.cell(2, column, value).number_format = code
    workbook.save(folder / "upload")
    return folder / "upload"


def test_cells_of_xlsx_show_what_the_sheet_shows(tmp_path: Path) -> None:
    cells = [
        (42, "00000"), (34.3, "$#,##0.00"), (3.1 + 2.95, "$#,##0.00"), (0.15, "0%"),
        (NINE, "m/d/yyyy h:mm AM/PM"), (0.41666666, "h:mm"), (NINE.date(), "d mmm yyyy"), (True, "General"),
    ]  # fmt: skip
    assert shown(read(formatted_xlsx(tmp_path, cells))) == [
        ("00042", "$34.30", "$6.05", "15%", "12/24/2026 9:00 AM", "10:00", "24 Dec 2026", "TRUE")
    ]


def test_error_cells_are_errors_not_empty_ones(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path, [["a", "b", "c"], ["#DIV/0!", "=A9/0", "x"]])
    assert read(path).rows == [(2, ("#DIV/0!", "#CALC!", "x"))]


def test_cells_of_xls_show_what_the_sheet_shows_and_hidden_rows_stay_out(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Data")
    cells: list[tuple[object, str]] = [
        (42, "00000"),
        (34.3, "$#,##0.00"),
        (NINE, "M/D/YYYY h:mm"),
        (0.41666666, "h:mm"),
    ]
    for column, (value, code) in enumerate(cells):
        sheet.write(0, column, f"c{column}")
        for row in (1, 2):
            sheet.write(row, column, value, xlwt.easyxf(num_format_str=code))
    sheet.row(1).hidden = True
    book.save(str(tmp_path / "upload"))
    result = read(tmp_path / "upload")
    assert result.table.kind is Kind.XLS
    assert shown(result) == [("00042", "$34.30", "12/24/2026 9:00", "10:00")]
    assert result.table.hidden.count == 1


def test_cells_of_ods_show_what_the_sheet_shows(tmp_path: Path) -> None:
    header = ods_row(*(ods_cell(f"c{index}") for index in range(7)))
    row = ods_row(
        ods_cell("00042", 'office:value-type="float" office:value="42"'),
        ods_cell("$6.05", 'office:value-type="currency" office:value="6.050000000000001"'),
        ods_cell("15%", 'office:value-type="percentage" office:value="0.153"'),
        ods_cell("26:30", 'office:value-type="time" office:time-value="PT26H30M00S"'),
        ods_cell("12/24/26", 'office:value-type="date" office:date-value="2026-12-24T00:00:00.000Z"'),
        ods_cell("12/24/26 00:00", 'office:value-type="date" office:date-value="2026-12-24"'),
        ods_cell("TRUE", 'office:value-type="boolean" office:boolean-value="true"'),
    )
    result = read(write_ods(tmp_path, header + row))
    assert shown(result) == [("00042", "$6.05", "15%", "26:30", "12/24/26", "12/24/26 00:00", "TRUE")]
    assert result.rows[0][1] == (
        "42", "6.05", "0.15", "26:30:00", "2026-12-24", "2026-12-24T00:00:00", "true",
    )  # fmt: skip


def test_lines_tabs_and_spaces_of_ods_stay_apart_and_comments_stay_out(tmp_path: Path) -> None:
    comment = "<office:annotation><text:p>never mind</text:p></office:annotation>"
    cell = (
        f'<table:table-cell office:value-type="string">{comment}'
        '<text:p>one<text:line-break/>two<text:tab/>three<text:s text:c="2"/>four</text:p>'
        "<text:p>\n  <text:span>five</text:span> six </text:p></table:table-cell>"
    )
    result = read(write_ods(tmp_path, ods_row(ods_cell("a")) + ods_row(cell)))
    assert result.rows == [(2, ("one\ntwo\tthree  four\nfive six",))]


def test_errors_of_ods_are_errors_and_untyped_text_is_text(tmp_path: Path) -> None:
    error = 'office:value-type="string" office:string-value="" calcext:value-type="error"'
    row = ods_row(
        ods_cell("#N/A", error),
        ods_cell("what?", error),
        ods_cell("", 'table:formula="of:=1/0"'),
        ods_cell("plain", ""),
    )
    result = read(write_ods(tmp_path, ods_row(*map(ods_cell, "abcd")) + row))
    assert result.rows == [(2, ("#N/A", "#ERROR!", "#CALC!", "plain"))]


def test_repeated_cells_and_rows_of_ods_are_counted(tmp_path: Path) -> None:
    rows = (
        ods_row(ods_cell("a"), ods_cell("b"), ods_cell("c"))
        + ods_row(
            ods_cell("", 'table:number-columns-repeated="3"'), attributes='table:number-rows-repeated="4"'
        )
        + ods_row(
            ods_cell("x", 'table:number-columns-repeated="2"'), attributes='table:number-rows-repeated="2"'
        )
        + ods_row(ods_cell("", 'table:number-columns-repeated="2"'), ods_cell("z"))
    )
    assert read(write_ods(tmp_path, rows)).rows == [
        (6, ("x", "x")),
        (7, ("x", "x")),
        (8, ("", "", "z")),
    ]


def test_hidden_rows_stay_out_and_are_told(tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    for row in (["Name", "Status"], ["Ana", "Booked"], ["Ben", "Cancelled"], ["Cid", "Booked"]):
        sheet.append(row)
    sheet.auto_filter.ref = "A1:B4"
    sheet.auto_filter.add_filter_column(1, ["Booked"])
    sheet.row_dimensions[3].hidden = True
    workbook.save(tmp_path / "upload")
    result = read(tmp_path / "upload")
    assert [cells[0] for _, cells in result.rows] == ["Ana", "Cid"]
    assert result.table.hidden.count == 1
    assert "stayed out (row 3)" in result.table.hidden.note()
    everything = read(tmp_path / "upload", takes_hidden=True)
    assert [cells[0] for _, cells in everything.rows] == ["Ana", "Ben", "Cid"]
    assert everything.table.hidden.note() == ""


def test_rows_that_ods_filters_or_folds_away_are_hidden(tmp_path: Path) -> None:
    rows = (
        ods_row(ods_cell("Name"))
        + ods_row(ods_cell("Ana"))
        + ods_row(ods_cell("Ben"), attributes='table:visibility="filter"')
        + ods_row(ods_cell("Cid"), attributes='table:visibility="collapse"')
        + f'<table:table-row-group table:display="false">{ods_row(ods_cell("Dee"))}</table:table-row-group>'
        + ods_row(ods_cell("Eve"))
    )
    result = read(write_ods(tmp_path, rows))
    assert [cells[0] for _, cells in result.rows] == ["Ana", "Eve"]
    assert result.table.hidden.first == [3, 4, 5]


def _workbook(folder: Path, **sheets: Sequence[Sequence[object]]) -> Path:
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for name, rows in sheets.items():
        sheet = workbook.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    workbook.save(folder / "upload")
    return folder / "upload"


PEOPLE = [["Name", "Phone"], ["Ana", "2025550165"]]
LOOKUP = [["Code", "Name"], ["1", "x"], ["2", "y"]]


def test_the_sheet_with_the_columns_is_read_and_the_others_are_named(tmp_path: Path) -> None:
    result = read(_workbook(tmp_path, Codes=LOOKUP, People=PEOPLE), columns=("Name", "Phone"))
    assert (result.table.sheet, result.table.header) == ("People", ("Name", "Phone"))
    [note] = result.table.notes
    assert note.startswith("The sheet 'People' was read; the workbook also has 'Codes' with data.")


def test_several_sheets_with_the_columns_are_asked_about(tmp_path: Path) -> None:
    path = _workbook(tmp_path, Mon=PEOPLE, Tue=PEOPLE, Codes=LOOKUP)
    with pytest.raises(FileRefused, match="2 sheets of the workbook have the source's columns: 'Mon', 'Tue'"):
        read(path, columns=("Name", "Phone"))
    named = read(path, columns=("Name", "Phone"), sheet="Tue")
    assert (named.table.sheet, named.table.notes) == ("Tue", ())


def test_a_sheet_with_nothing_but_the_header_asks_nothing(tmp_path: Path) -> None:
    path = _workbook(tmp_path, Template=PEOPLE[:1], Mon=PEOPLE)
    assert read(path, columns=("Name", "Phone")).table.sheet == "Mon"


def test_a_title_in_a_sheet_is_left_out_and_named(tmp_path: Path) -> None:
    path = _workbook(tmp_path, Mon=[["North Clinic"], [], *PEOPLE])
    result = read(path, columns=("Name", "Phone"))
    assert (result.table.header_row, result.rows) == (3, [(4, ("Ana", "2025550165"))])
    assert "North Clinic" in result.table.notes[0]


def test_sheets_of_ods_are_told_apart_and_hidden_ones_stay_out(tmp_path: Path) -> None:
    styles = '<style:style style:name="h"><style:table-properties table:display="false"/></style:style>'
    more = (
        f'<table:table table:name="Two" table:style-name="h">{ods_row(ods_cell("secret"))}</table:table>'
        f'<table:table table:name="Three">{ods_row(ods_cell("third"))}</table:table>'
    )
    path = write_ods(tmp_path, ods_row(ods_cell("first")), more=more, styles=styles)
    result = read(path)
    assert (result.table.sheet, result.table.header) == ("One", ("first",))
    assert "'Three'" in result.table.notes[0]
    assert "'Two'" not in result.table.notes[0]
    assert read(path, sheet="Two").table.header == ("secret",)


def test_files_with_a_password_say_so(tmp_path: Path) -> None:
    path = write_ods(tmp_path, "", manifest="<m><manifest:encryption-data/></m>")
    with pytest.raises(FileRefused, match="protected by a password"):
        read(path)
    old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le")
    with pytest.raises(FileRefused, match="protected by a password"):
        read(write(tmp_path, old))


def test_times_of_ods_are_rounded_to_the_second(tmp_path: Path) -> None:
    """A time that a program cannot hold exactly is 9:59:59.999… in the file and 10:00 on the sheet."""
    spans = ("PT09H59M59.999999S", "PT10H00M00.4S", "PT10H00M00.6S", "PT23H59M59.6S", "P1DT2H", "PT5M")
    cells = (ods_cell("", f'office:value-type="time" office:time-value="{span}"') for span in spans)
    result = read(write_ods(tmp_path, ods_row(*(ods_cell(f"c{n}") for n in range(6))) + ods_row(*cells)))
    assert [str(cell) for cell in result.rows[0][1]] == [
        "10:00:00",
        "10:00:00",
        "10:00:01",
        "24:00:00",
        "26:00:00",
        "00:05:00",
    ]


def test_a_number_of_ods_has_the_places_that_are_shown(tmp_path: Path) -> None:
    """And where what is shown is not the number rounded, as in thousands, the number counts."""
    given = [
        ("1.005", "1.01"),
        ("2.5", "3"),
        ("1234.5", "1,234.50"),
        ("1234567", "1.2M"),
        ("0", "-"),
        ("7", ""),
    ]
    cells = (ods_cell(shown, f'office:value-type="float" office:value="{value}"') for value, shown in given)
    result = read(write_ods(tmp_path, ods_row(*(ods_cell(f"c{n}") for n in range(6))) + ods_row(*cells)))
    assert [str(cell) for cell in result.rows[0][1]] == ["1.01", "3", "1234.50", "1234567", "0", "7"]
