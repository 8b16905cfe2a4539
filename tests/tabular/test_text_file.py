"""Text files: encodings, delimiters, line ends, quotes and what is refused."""

from pathlib import Path

import pytest

from shared.domain.files.cell import is_unreadable, shown
from shared.domain.files.file import FileRefused
from shared.tabular.caps import Caps
from shared.tabular.kind import Kind
from tests.kit.tabular.tables import read, write

TEXT = "Name,Café\nZoë,“x”\n"


@pytest.mark.parametrize(
    ("codec", "mark", "found"),
    [
        ("utf-8", b"", "utf-8"),
        ("utf-8", b"\xef\xbb\xbf", "utf-8-sig"),
        ("utf-16-le", b"\xff\xfe", "utf-16"),
        ("utf-16-be", b"\xfe\xff", "utf-16"),
        ("utf-16-le", b"", "utf-16-le"),
        ("utf-16-be", b"", "utf-16-be"),
        ("utf-32-le", b"\xff\xfe\x00\x00", "utf-32"),
        ("cp1252", b"", "cp1252"),
    ],
)
def test_encoding_is_found_out_and_no_character_is_lost(
    tmp_path: Path, codec: str, mark: bytes, found: str
) -> None:
    result = read(write(tmp_path, mark + TEXT.encode(codec)))
    assert result.table.kind is Kind.TEXT
    assert result.table.encoding == found
    assert result.table.header == ("Name", "Café")
    assert result.rows == [(2, ("Zoë", "“x”"))]


def test_utf8_is_checked_over_the_whole_file(tmp_path: Path) -> None:
    content = b"name\n" + b"plain\n" * 50_000 + "Zoë\n".encode("cp1252")
    result = read(write(tmp_path, content))
    assert result.table.encoding == "cp1252"
    assert result.records[-1].cells == ("Zoë",)


@pytest.mark.parametrize(
    ("codec", "text"),
    [
        ("cp1251", "Имя;Телефон\nИванов Иван;1\n"),
        ("cp1253", "Όνομα;Τηλέφωνο\nΓιώργος;1\n"),
        ("gb18030", "姓名;电话\n张三丰;1\n"),
        ("koi8-r", "Имя;Телефон\nИванов Иван;1\n"),
    ],
)
def test_another_script_is_not_taken_for_western_letters(tmp_path: Path, codec: str, text: str) -> None:
    path = write(tmp_path, text.encode(codec))
    with pytest.raises(FileRefused, match=r"read as Western European .* give the source its encoding"):
        read(path)
    assert read(path, encoding=codec).table.header == tuple(text.split("\n")[0].split(";"))


@pytest.mark.parametrize("text", ["Größe;ÄÖÜ;Á\nÀ côté;été;Øre\n", "ÁÉÍ;x\nJosé;1\nZoë;2\n"])
def test_western_letters_are_taken(tmp_path: Path, text: str) -> None:
    assert read(write(tmp_path, text.encode("cp1252"))).table.header[0] == text.split(";")[0]


def test_a_mark_outranks_the_hint_and_a_hint_outranks_the_search(tmp_path: Path) -> None:
    marked = read(write(tmp_path, b"\xef\xbb\xbf" + TEXT.encode()), encoding="cp1252")
    assert marked.records[0].cells == ("Zoë", "“x”")
    japanese = read(write(tmp_path, "名前\n田中\n".encode("shift-jis")), encoding="shift_jis")
    assert japanese.table.header == ("名前",)
    assert japanese.rows == [(2, ("田中",))]


@pytest.mark.parametrize("hint", ["no-such", "base64", ""])
def test_an_unknown_encoding_is_refused_or_none_is_given(tmp_path: Path, hint: str) -> None:
    path = write(tmp_path, TEXT.encode())
    if not hint:
        assert read(path, encoding=hint).table.encoding == "utf-8"
        return
    with pytest.raises(FileRefused, match=f"'{hint}', which does not exist"):
        read(path, encoding=hint)


def test_damaged_bytes_stay_visible_and_other_rows_load(tmp_path: Path) -> None:
    content = "name\nZoë\nJosé\n".encode() + b"Ren\xe9\n"
    result = read(write(tmp_path, content))
    assert result.table.encoding == "utf-8"
    assert [is_unreadable(record.cells[0]) for record in result.records] == [False, False, True]
    assert shown(result.records[2].cells[0]) == "Ren\ufffd"


def test_bytes_that_cp1252_lacks_are_unreadable_not_replaced(tmp_path: Path) -> None:
    result = read(write(tmp_path, b"name\nRen\xe9\nbad \x81\xe9\n"))
    assert result.table.encoding == "cp1252"
    assert shown(result.records[0].cells[0]) == "René"
    assert is_unreadable(result.records[1].cells[0])


def test_a_header_with_unreadable_characters_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match=r"Row 1, column B: .* not in the file's encoding"):
        read(write(tmp_path, b"name,n\x81\nx,y\n"), encoding="cp1252")


def test_a_utf16_file_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="UTF-16 but does not go on so"):
        read(write(tmp_path, TEXT.encode("utf-16") + b"\x00"))


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiter_is_found_although_cells_hold_the_others(tmp_path: Path, delimiter: str) -> None:
    rows = [
        ["Name", "Price", "Note"],
        ["Doe", "1", '"a, b; c | d"'],
        ["Roe", "2", '"x, y"'],
        ["Poe", "3", '"q;r;s"'],
    ]
    content = "\n".join(delimiter.join(row) for row in rows)
    result = read(write(tmp_path, content.encode()))
    assert result.table.delimiter == delimiter
    assert result.records[0].cells == ("Doe", "1", "a, b; c | d")


def test_unquoted_commas_do_not_win_over_semicolons(tmp_path: Path) -> None:
    content = b"Name;Address\nDoe, John;1 Road, Town, NJ\nRoe, Jane;2 Road, Town, NJ\n"
    result = read(write(tmp_path, content))
    assert result.table.delimiter == ";"
    assert result.records[1].cells == ("Roe, Jane", "2 Road, Town, NJ")


def test_a_file_may_tell_its_delimiter_and_the_line_does_not_count(tmp_path: Path) -> None:
    result = read(write(tmp_path, b"sep=;\r\na,b;c\r\n1;2\r\n"))
    assert result.table.header == ("a,b", "c")
    assert result.rows == [(2, ("1", "2"))]


def test_one_column_needs_no_delimiter(tmp_path: Path) -> None:
    result = read(write(tmp_path, b"name\nDoe\n"))
    assert (result.table.header, result.rows) == (("name",), [(2, ("Doe",))])


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_records_are_numbered_as_a_spreadsheet_does(tmp_path: Path, end: str) -> None:
    content = f'a,b{end}1,"two{end}lines"{end}{end} , {end}3,4'
    result = read(write(tmp_path, content.encode()))
    assert result.rows == [(2, ("1", f"two{end}lines")), (5, ("3", "4"))]


def test_mixed_line_ends_zeros_and_ragged_rows_are_read(tmp_path: Path) -> None:
    result = read(write(tmp_path, b"a,b\r\n1\n2,3,4\r5,\x006\n"))
    assert result.rows == [(2, ("1",)), (3, ("2", "3", "4")), (4, ("5", "\x006"))]


def test_leading_empty_rows_and_trailing_unnamed_columns_are_passed_over(tmp_path: Path) -> None:
    result = read(write(tmp_path, b"\n,,\na,b,,\n1,2,,\n"))
    assert result.table.header == ("a", "b")
    assert result.rows == [(4, ("1", "2", "", ""))]


def test_a_header_without_rows_is_a_table_without_records(tmp_path: Path) -> None:
    result = read(write(tmp_path, b"a,b\n"))
    assert (result.table.header, result.rows) == (("a", "b"), [])


def test_percent_rises_to_100(tmp_path: Path) -> None:
    percents = [r.percent for r in read(write(tmp_path, b"a,b\n" + b"x,y\n" * 100_000)).records]
    assert percents == sorted(percents)
    assert percents[0] < 10
    assert 40 < percents[50_000] < 60
    assert percents[-1] == 100


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty \\(0 bytes\\)"),
        (b"\xef\xbb\xbf", "holds no data"),
        (b"\n \n,,\n", "holds no data"),
        (b"\x00" * 5_000, "holds no data"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, "a PNG image"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(range(256)) * 20, "a JPEG image"),
        (b"%PDF-1.7\n", "a PDF"),
        (b"\x1f\x8b\x08\x00", "gzip archive; unpack it first"),
        (b"MZ\x90\x00\x03" + bytes(range(1, 32)) * 20, "a program"),
        (bytes(range(1, 256)) * 20, "a binary file"),
        (b"\xef\xbb\xbf\n<!DOCTYPE HTML><table>", "a web page; .* save it as XLSX"),
        (b"<?xml version='1.0'?><Workbook/>", "an XML file"),
        (b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n", "a calendar .iCalendar, .ics."),
        ("\ufeffBEGIN:VCALENDAR\r\nVERSION:2.0\r\n".encode("utf-16"), "a calendar .iCalendar, .ics."),
        (b"BEGIN:VCARD\nVERSION:4.0\nFN:Ana\n", "address cards .vCard, .vcf."),
        (b"\x0bMSH|^~\\&|APP|FAC|||20270614||SIU^S12|1|P|2.5\rSCH|1\r", "HL7 messages"),
        (b'{"resourceType": "Bundle", "entry": []}', "FHIR resources"),
        (b'{"id": "1", "type": "collection",\n "resourceType":"Bundle"}', "FHIR resources"),
        (b'[{"name": "Ana", "phone": "2025550165"}]', "JSON"),
        (b'{"name": "Ana"}\n{"name": "Ben"}\n', "JSON"),
        (b"ISA*00*          *00*", "an EDI interchange .X12."),
        (b"Received: from a by b\r\nSubject: list\r\n\r\nHello", "an email"),
        (b'a,b\n1,"open\n2,x\n3,y\n', "opened in row 2, line 2 of the file, is never closed"),
        (b'a,b\n1,"open', "opened in row 2, line 2 of the file, is never closed"),
        (b"2125551234,x\n2125551235,y\n", "Row 1, column A looks like data"),
        (b"x,a@b.com\ny,c@d.com\n", "Row 1, column B looks like data"),
        (b"x,1/2/2026\n", "Row 1, column B looks like data"),
    ],
)
def test_what_is_no_table_is_refused_with_the_reason(tmp_path: Path, content: bytes, reason: str) -> None:
    with pytest.raises(FileRefused, match=reason):
        read(write(tmp_path, content, "table.csv"))


@pytest.mark.parametrize("header", ["[Name],[Phone]", "{Name},{Phone}", "From: Name,Phone", "MSH|Name"])
def test_text_that_begins_like_another_kind_is_read(tmp_path: Path, header: str) -> None:
    assert read(write(tmp_path, f"{header}\nAna,2025550165\n".encode())).table.header_row == 1


def test_text_that_begins_like_a_program_is_read(tmp_path: Path) -> None:
    assert read(write(tmp_path, b"MZ,b\n1,2\n")).table.header == ("MZ", "b")


@pytest.mark.parametrize(
    ("content", "caps", "reason"),
    [
        (b"a,b\n1,2\n", Caps(file_bytes=7), "0 MiB are taken"),
        (b"a,b\n1,2\n\n\n", Caps(rows=2), "more than 2 rows"),
        (b"a,b,c\n1,2\n", Caps(columns=2), "has 3 columns; 2 are taken"),
        (b"a,b\n1,2\n3,4\n", Caps(cells=5), "more than 5 cells by row 3"),
        (b"a,b\n" + b"1" * 30, Caps(record_characters=29), "begins in line 2 of the file has more than 29"),
        (b'a\n"' + b"1234\n" * 4 + b'"\n', Caps(record_characters=20), "line 2 of the file has more than 20"),
        (b"abcd,b\n1,2\n", Caps(row_characters=4), "Row 1, where the names of the columns should be"),
    ],
)
def test_caps_refuse_with_the_cap(tmp_path: Path, content: bytes, caps: Caps, reason: str) -> None:
    path = write(tmp_path, content)
    with pytest.raises(FileRefused, match=reason):
        read(path, caps=caps)


def test_one_row_less_than_the_cap_is_taken(tmp_path: Path) -> None:
    caps = Caps(file_bytes=8, rows=2, columns=2, cells=4, row_characters=2)
    assert read(write(tmp_path, b"a,b\n1,2\n"), caps=caps).rows == [(2, ("1", "2"))]


def test_a_quote_that_swallows_a_large_file_is_refused_before_it_fills_memory(tmp_path: Path) -> None:
    content = b'a,b\n1,"open\n' + b"some text here,and more\n" * 200_000
    with pytest.raises(FileRefused, match="begins in line 2 of the file has more than 4,000,000 characters"):
        read(write(tmp_path, content))


def test_a_cell_that_is_too_long_is_the_fault_of_its_row(tmp_path: Path) -> None:
    content = "Name,Note\nAna,x\nBen," + "y" * 200_000 + "\nCid,z\n"
    result = read(write(tmp_path, content.encode()))
    assert [(record.number, record.fault is None) for record in result.records] == [
        (2, True),
        (3, False),
        (4, True),
    ]
    fault = result.records[1].fault
    assert fault is not None
    assert fault.cell == 1
    assert "longer than 100,000 characters" in fault.reason
    lines = 'Name,Note\nAna,x\nBen,"' + "two words\n" * 12_000 + '"\nCid,z\n'
    result = read(write(tmp_path, lines.encode()))
    assert [record.number for record in result.records if record.fault is None] == [2, 4]


TITLED = "North Clinic\n\nName;When;Phone\nDoe, John;06/14/2027;2025550165\nRoe, Jane;06/15/2027;2025550166\n"


@pytest.mark.parametrize("columns", [(), ("Name", "Phone"), ("phone",)])
def test_a_title_above_the_header_neither_becomes_it_nor_hides_the_delimiter(
    tmp_path: Path, columns: tuple[str, ...]
) -> None:
    result = read(write(tmp_path, TITLED.encode()), columns=columns)
    assert (result.table.delimiter, result.table.header) == (";", ("Name", "When", "Phone"))
    assert result.table.header_row == 3
    assert result.rows[0] == (4, ("Doe, John", "06/14/2027", "2025550165"))
    assert result.table.notes == (
        "The names of the columns were read from row 3; what stands above was left out ('North Clinic').",
    )


def test_the_source_may_say_where_the_header_is(tmp_path: Path) -> None:
    content = b"Name,Phone\nName,Phone\nAna,2025550165\n"
    assert read(write(tmp_path, content)).table.header_row == 1
    assert read(write(tmp_path, content), header_row=2).rows == [(3, ("Ana", "2025550165"))]
    with pytest.raises(FileRefused, match="in row 4, and that row is empty"):
        read(write(tmp_path, b"a,b\n1,2\n\n\n3,4\n"), header_row=4)


def test_people_above_the_header_are_not_left_out(tmp_path: Path) -> None:
    content = b"Ana,2025550165,x\nName,Phone,Note\nZoe,2025550166,y\n"
    path = write(tmp_path, content)
    with pytest.raises(FileRefused, match=r"row 1 above it looks like a record.*header row 2"):
        read(path, columns=("Name", "Phone"))
    assert read(path, columns=("Name", "Phone"), header_row=2).rows == [(3, ("Zoe", "2025550166", "y"))]


def test_a_file_without_any_mapped_column_keeps_its_first_full_row_as_header(tmp_path: Path) -> None:
    content = b"Client,Mobile\nAna,2025550165\nZoe,2025550166\n"
    assert read(write(tmp_path, content), columns=("Name", "Phone")).table.header == ("Client", "Mobile")
