"""Exports: harmless in spreadsheet programs, and what is imported again is what was exported."""

import csv
import io
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from shared.domain.files.cell import shown
from shared.domain.files.file import RejectedRow, Row
from shared.domain.files.mapping import map_record, prepare_mapping
from shared.domain.files.source import ColumnMapping, FieldType
from shared.tabular.defusing import defuse, restore
from shared.tabular.rejected_rows import REASON_COLUMN, RejectedRowsFile, csv_export
from tests.kit.tabular.tables import read, write, write_xlsx

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "＋1", "－1", "＠x"]
CELLS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], include_characters="\r\n\t\x00\x07"), max_size=12
) | st.sampled_from([*FORMULAS, "'=1", "''=1", "'", "'a", "\ufeffx", 'a"b', "a,b;c", "two\r\nlines"])


@pytest.mark.parametrize("cell", FORMULAS)
def test_formulas_are_defused(cell: str) -> None:
    assert defuse(cell) == f"'{cell}"


@given(CELLS)
def test_defusing_can_be_undone_and_leaves_no_formula(cell: str) -> None:
    assert restore(defuse(cell)) == cell
    assert defuse(cell)[:1] not in tuple("=+-@\t\r\n＝＋－＠")


def test_what_needs_no_defusing_stays_as_it_is() -> None:
    for cell in ("", "a=b", "1-2", "'tis", " x"):
        assert defuse(cell) == cell


@settings(max_examples=80, deadline=None)
@example(rows=[["=1+1", "'=1"], ["'", "\x00x"], ["x"], ["a", "b", "=overflow"]], delimiter=";")
@given(
    rows=st.lists(st.lists(CELLS, min_size=1, max_size=4), min_size=1, max_size=5),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
)
def test_a_rejected_rows_file_imports_as_what_was_rejected(rows: list[list[str]], delimiter: str) -> None:
    # A letter keeps a row from being empty: empty rows are passed over, so they are never rejected.
    records = [["k" + row[0], *row[1:]] for row in rows]
    header = ("id", "=name", "'note")
    stream = io.BytesIO()
    rejected = RejectedRowsFile(stream, header=header, delimiter=delimiter)
    for number, record in enumerate(records):
        rejected.add(RejectedRow(number=number, column="c", value="v", reason="r", cells=tuple(record)))
    with TemporaryDirectory() as folder:
        result = read(write(Path(folder), stream.getvalue()), delimiter=delimiter)
    assert result.table.header == header
    assert [list(record.cells) for record in result.records] == [
        [shown(cell) for cell in record] + [""] * (len(header) - len(record)) for record in records
    ]


def test_a_rejected_rows_file_says_why_beside_the_untouched_cells() -> None:
    stream = io.BytesIO()
    rejected = RejectedRowsFile(stream, header=("Name", "Day"), delimiter=";")
    rejected.add(
        RejectedRow(number=7, column="Day", value="31.2.", reason="is not a date", cells=("Zoë", "31.2."))
    )
    rejected.add(RejectedRow(number=8, column="", value="z", reason="row has 3 cells", cells=("x", "y", "z")))
    assert stream.getvalue().startswith(b"\xef\xbb\xbf")
    assert list(csv.reader(stream.getvalue().decode("utf-8-sig").splitlines(), delimiter=";")) == [
        ["Name", "Day", REASON_COLUMN],
        ["Zoë", "31.2.", "column 'Day': value '31.2.': is not a date"],
        ["x", "y", "row has 3 cells", "z"],
    ]


def test_defused_cells_are_restored_also_without_the_reason_column(tmp_path: Path) -> None:
    content = b"a,b,c\n'-12.50,'+12025550165,'tis\n''=1,'x,'\n"
    assert read(write(tmp_path, content)).rows == [
        (2, ("-12.50", "+12025550165", "'tis")),
        (3, ("'=1", "'x", "'")),
    ]
    workbook = write_xlsx(tmp_path, [["a"], ["'-12.50"]])
    assert read(workbook).rows == [(2, ("-12.50",))]


@pytest.mark.parametrize(
    ("cell", "kind", "exported"),
    [
        (b"Mait\xe9", FieldType.TEXT, "Mait\ufffd"),
        (b"2025550\x00165", FieldType.PHONE, "2025550\u2400165"),
        (b"ana\x07@example.com", FieldType.EMAIL, "ana\u2407@example.com"),
        (b"#N/A", FieldType.TEXT, "#N/A"),
    ],
)
@pytest.mark.parametrize("has_reasons", [True, False])
def test_a_rejected_row_that_comes_back_unmended_is_rejected_again(
    tmp_path: Path, cell: bytes, kind: FieldType, exported: str, has_reasons: bool
) -> None:
    columns = (ColumnMapping(column="c", field="c", type=kind),)
    first = read(write(tmp_path, "k,c\né,x\n".encode() + b"n," + cell + b"\n"), encoding="utf-8")
    rejected = map_record(prepare_mapping(columns, ("k", "c"), time_zone="UTC"), 3, first.records[1].cells)
    assert isinstance(rejected, RejectedRow)
    assert rejected.cells == ("n", exported)
    assert rejected.value == exported
    stream = io.BytesIO()
    RejectedRowsFile(stream, header=("k", "c"), delimiter=None).add(rejected)
    content = stream.getvalue().decode("utf-8-sig")
    if not has_reasons:
        content = "\n".join(",".join(record[:2]) for record in csv.reader(io.StringIO(content)))
    again = read(write(tmp_path, content.encode()))
    outcome = map_record(prepare_mapping(columns, ("k", "c"), time_zone="UTC"), 2, again.records[0].cells)
    assert isinstance(outcome, RejectedRow)
    assert outcome.reason == rejected.reason


def test_a_mended_file_loads_also_when_it_was_a_spreadsheet(tmp_path: Path) -> None:
    columns = (
        ColumnMapping(
            column="Price",
            field="price",
            type=FieldType.NUMBER,
            decimal_separator=",",
            thousands_separator=".",
        ),
        ColumnMapping(column="Phone", field="phone", type=FieldType.PHONE, is_required=True),
    )
    first = read(write_xlsx(tmp_path, [["Price", "Phone"], [1.234, None]]))
    mapping = prepare_mapping(columns, first.table.header, time_zone="UTC")
    row = map_record(mapping, 2, first.records[0].cells)
    assert isinstance(row, RejectedRow)
    stream = io.BytesIO()
    RejectedRowsFile(stream, header=first.table.header, delimiter=None).add(row)
    mended = stream.getvalue().replace(b",,", b",'+12125550100,").replace(b'"1,234","",', b'"1,234",x,')
    again = read(write(tmp_path, mended))
    mapping = prepare_mapping(columns, again.table.header, time_zone="UTC")
    assert map_record(mapping, 2, again.records[0].cells) == Row(
        number=2, values={"price": "1.234", "phone": "+12125550100"}, time_zone="UTC"
    )


def test_csv_export_is_defused_and_comes_piece_by_piece() -> None:
    pieces = csv_export(iter([("a", "b"), ("=1", "x,y")]))
    assert next(pieces) == b"\xef\xbb\xbf"
    assert list(pieces) == [b"a,b\r\n", b'\'=1,"x,y"\r\n']
