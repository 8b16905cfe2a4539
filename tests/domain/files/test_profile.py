"""What is kept of a file to compare later ones with."""

from datetime import date, timedelta

from shared.domain.files.cell_kinds import CellKind
from shared.domain.files.file import File, RejectedRow, Row
from shared.domain.files.profile import (
    MOST_COLUMNS,
    MOST_DAYS,
    MOST_VALUES,
    SAMPLED,
    EarlierColumns,
    FileProfile,
    Profiling,
    sampled_columns,
    value_hash,
)
from shared.domain.files.row_sketch import KnownRows, RowSketch, row_hash
from shared.domain.files.source import ColumnMapping, FieldType
from tests.kit.builders import NOON

NAME = ColumnMapping(column="Patient", field="name")
WHEN = ColumnMapping(column="When", field="at", type=FieldType.DATETIME)
DAY = date(2026, 11, 23)
HEADER = ("Patient", "When")
NOBODY = KnownRows({})


def row(number: int, name: str = "Ana", at: str = "2026-11-30T10:00:00-05:00", **marks: str) -> Row:
    return Row(number=number, values={"name": name, "at": at}, marks=marks)


def test_rows_are_counted_by_what_became_of_them() -> None:
    profiling = Profiling(HEADER, [NAME, WHEN], NOBODY)
    profiling.add([("Ana", "11/30")], [row(2)])
    profiling.add([("Ben", "12/01")], [row(3, "Ben", "2026-12-01T10:00:00-05:00", phone="too short")])
    profiling.add([("Cy", "11/30")], [row(4, "Cy")])
    profiling.add([("Dee", "never")], [RejectedRow(number=5, column="When", value="never", reason="no date")])
    profile = profiling.profile(DAY)
    assert (profile.row_count, profile.rejected_count, profile.marked_count) == (3, 1, 1)
    assert profile.day == DAY.toordinal()
    assert profile.days == {
        "at": {date(2026, 11, 30).toordinal(): 2, date(2026, 12, 1).toordinal(): 1},
    }
    assert profile.fields == {"name": "Patient", "at": "When"}
    assert (profile.sent_share, profile.comes_back) == (0.0, False)
    assert profiling.profile(DAY, comes_back=True).comes_back
    assert [one.name for one in profile.columns] == ["Patient", "When"]
    assert profile.columns[0].kinds == {CellKind.WORDS: 4}


def test_rows_that_were_sent_before_are_looked_for() -> None:
    sketches = {"old": RowSketch(count=1, hashes=row_hash(row(2).values).to_bytes(8, "little"))}
    profiling = Profiling(HEADER, [NAME, WHEN], KnownRows(sketches))
    for number, name in enumerate(["Ana", "Ben", "Cy"], start=2):
        profiling.add([(name, "")], [row(number, name)])
    assert profiling.profile(DAY).sent_share == 0.3333


def test_a_row_without_the_day_counts_and_has_none() -> None:
    profiling = Profiling(HEADER, [NAME, WHEN], NOBODY)
    profiling.add([("Ana", "")], [Row(number=2, values={"name": "Ana"})])
    assert (profiling.profile(DAY).row_count, profiling.profile(DAY).days) == (1, {"at": {}})


def test_of_more_than_a_thousand_days_none_is_kept() -> None:
    profiling = Profiling(HEADER, [NAME, WHEN], NOBODY)
    for number in range(MOST_DAYS):
        profiling.add([()], [row(number, at=(DAY + timedelta(days=number)).isoformat())])
    assert len(profiling.profile(DAY).days["at"]) == MOST_DAYS
    profiling.add([()], [row(2_000, at=(DAY + timedelta(days=MOST_DAYS)).isoformat())])
    profiling.add([()], [row(2_001)])
    assert profiling.profile(DAY).days == {}


def test_the_sample_is_spread_over_the_file_and_bounded() -> None:
    profiling = Profiling(("N",), [NAME], NOBODY)
    count = 4 * SAMPLED
    for number in range(count):
        profiling.add([(f"x{number}y" if number < count // 2 else "word",)], [row(number)])
    kinds = profiling.profile(DAY).columns[0].kinds
    total = sum(kinds.values())
    assert SAMPLED // 2 <= total < SAMPLED
    assert 0.45 < kinds[CellKind.WORDS] / total < 0.55


def test_only_so_much_of_a_row_is_looked_at() -> None:
    profiling = Profiling(tuple("n" * n for n in range(1, 200)), [NAME], NOBODY)
    profiling.add([("w" * 61, *["x"] * 198)], [row(2)])
    columns = profiling.profile(DAY).columns
    assert len(columns) == MOST_COLUMNS
    assert columns[0].values == (value_hash("w" * 60),)


def test_a_columns_commonest_values_are_kept() -> None:
    cells = [("Lee",)] * 3 + [("Kim",)] * 2 + [(f"Dr {number}",) for number in range(MOST_VALUES)] + [(" ",)]
    (column,) = sampled_columns(("Doctor",), cells)
    assert column.values[:2] == (value_hash("Lee"), value_hash("Kim"))
    assert len(column.values) == MOST_VALUES
    assert value_hash("LEE ") == value_hash("lee")
    assert value_hash("Lee") != value_hash("Kim")
    assert 0 <= value_hash("Lee") < 2**40


def test_short_records_lack_the_cells_at_their_end() -> None:
    first, second = sampled_columns(("A", "B" * 300), [("Ana",), ("Ben", "Cy")])
    assert (first.kinds, second.kinds) == ({CellKind.WORDS: 2}, {CellKind.WORDS: 1})
    assert second.name == "B" * 200


def test_it_is_stored_under_its_files_id_and_comes_out_as_it_was() -> None:
    profiling = Profiling(HEADER, [NAME, WHEN], NOBODY)
    profiling.add([("Ana", "11/30")], [row(2)])
    profile = profiling.profile(DAY)
    file = File(id="f1", source_id="appointments", name="a.csv", object_name="o", created_at=NOON)
    stored = FileProfile.of(file, profile)
    assert (stored.id, stored.source_id, stored.unpacked()) == ("f1", "appointments", profile)


def test_a_column_is_found_by_its_name_and_by_the_field_that_was_read_from_it() -> None:
    profiling = Profiling(HEADER, [NAME, WHEN], NOBODY)
    profiling.add([("Ana", "11/30")], [row(2)])
    columns = EarlierColumns(profiling.profile(DAY))
    patient = columns.column("patient")
    assert patient is not None
    assert patient.name == "Patient"
    assert columns.column("Name") is None
    assert columns.before(ColumnMapping(column="Name", field="name")) == patient  # renamed since
    assert columns.before(ColumnMapping(column="Patient", field="new")) == patient
    assert columns.before(ColumnMapping(column="Other", field="new")) is None
