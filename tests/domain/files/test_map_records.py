"""Many records mapped at once become what each of them becomes alone, with far less work."""

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.files.cell import TypedCell
from shared.domain.files.map_records import RecordMapper
from shared.domain.files.mapping import map_record, prepare_mapping
from shared.domain.files.prepared_mapping import PreparedMapping
from shared.domain.files.row_filter import ConditionTest, RowCondition, RowFilter
from shared.domain.files.row_rules import RowRules
from shared.domain.files.source import ColumnMapping, FieldType
from shared.domain.record import replace
from tests.kit.builders import NOON, a_source
from tests.kit.work import counting_calls

HEADER = ("Name", "Phone", "Email", "Day", "At", "Clock", "Amount", "Ok", "Zone", "Note")
COLUMNS = (
    ColumnMapping(column="Name", field="name", is_required=True),
    ColumnMapping(column="Phone", field="phone", type=FieldType.PHONE),
    ColumnMapping(column="Email", field="email", type=FieldType.EMAIL),
    ColumnMapping(column="Day", field="day", type=FieldType.DATE, formats=("%m/%d/%Y",)),
    ColumnMapping(column="Day", field="at", type=FieldType.DATETIME, time_column="Clock"),
    ColumnMapping(column="At", field="moment", type=FieldType.DATETIME),
    ColumnMapping(column="Amount", field="amount", type=FieldType.NUMBER, decimal_separator=","),
    ColumnMapping(column="Ok", field="ok", type=FieldType.BOOLEAN),
    ColumnMapping(column="Zone", field="zone", type=FieldType.TIME_ZONE),
)
CELLS = (
    "", "", " ", "Ana", " José ", "Zoë\u200b", "\u200ba", "a\tb", "a\nb", "a\r\nb", "\x07", "\u2420",
    "x\u2028y",
    "#N/A", "#", "###", "E", "Err:504", "F", "\ufffd", "\udc80", "Name", " name ", "PHONE", "email", "day",
    "212 555 0187", "(212) 555-0187", " +1 212 555 0187", "4155551234.0", "+41.0", "4.1E+9", "call 212",
    "ana@example.com", "Ana@exämple.com", "a@b.c ::: d@e.f",
    "12/24/2027", "24/12/2027", "2027-12-24", "2027-12-24 14:30", "2027-12-24T14:30:00-05:00", "14:30",
    "2:30 PM",
    "0", "007", "1.234,50", "-5", "1,5", "$12", "yes", "N", "1", "maybe", "NJ", "America/Chicago", "Moon",
    TypedCell("45", "$45.00"), TypedCell("1.5"), TypedCell("2027-12-24", "12/24"), TypedCell("2125550187"),
    TypedCell("true", "TRUE"), TypedCell("5", "NY"), TypedCell("\ufffd"),
)  # fmt: skip
FILTER = RowFilter(conditions=(RowCondition(test=ConditionTest.IS_NOT, field="name", value="ana"),))
records = st.lists(st.lists(st.sampled_from(CELLS), max_size=12).map(tuple), min_size=1, max_size=12)


def a_mapping(
    columns: Sequence[ColumnMapping] = COLUMNS,
    *,
    zone_field: str | None = None,
    row_filter: RowFilter | None = None,
) -> PreparedMapping:
    source = a_source(columns=tuple(columns), time_zone_field=zone_field, row_filter=row_filter)
    home = "America/New_York"
    rules = RowRules(source=source, home=home, now=NOON, zones_of_number=lambda text, region: ())
    return replace(prepare_mapping(columns, HEADER, time_zone=home), rules=rules)


@settings(max_examples=300)
@given(records, st.sampled_from([None, "zone"]), st.sampled_from([None, FILTER]))
def test_records_become_together_what_they_become_alone(
    cells: list[tuple[str, ...]], zone_field: str | None, row_filter: RowFilter | None
) -> None:
    mapping = a_mapping(zone_field=zone_field, row_filter=row_filter)
    together = RecordMapper(mapping).map_all(range(2, len(cells) + 2), cells)
    assert together == [map_record(mapping, number, one) for number, one in enumerate(cells, 2)]


@given(st.lists(st.sampled_from(CELLS), min_size=1, max_size=40), st.sampled_from(COLUMNS))
def test_the_cells_of_one_column_are_read_together_as_alone(cells: list[str], column: ColumnMapping) -> None:
    mapping = a_mapping([column])
    rows = [tuple(cell if name == column.column else "x" for name in HEADER) for cell in cells]
    together = RecordMapper(mapping).map_all(range(2, len(rows) + 2), rows)
    assert together == [map_record(mapping, number, one) for number, one in enumerate(rows, 2)]


def test_a_row_of_five_columns_takes_few_calls_however_many_rows_there_are() -> None:
    columns = [COLUMNS[place] for place in (0, 1, 2, 3)]
    mapper = RecordMapper(a_mapping(columns))

    def calls_of(count: int) -> int:
        rows = [
            (
                f"Person {n}",
                f"(212) 555-{n % 10_000:04}",
                f"p{n}@example.com",
                f"12/{n % 28 + 1:02}/2027",
                *[""] * 6,
            )
            for n in range(count)
        ]
        return counting_calls(lambda: mapper.map_all(range(2, count + 2), rows))[1]

    calls_of(300)  # the days are read
    few, many = calls_of(300), calls_of(3_000)
    assert few < 300 * 25
    assert many < 10 * few, "the work a row takes does not grow"
