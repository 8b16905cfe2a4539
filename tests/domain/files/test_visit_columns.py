"""Which records of a file of appointments cancel one, and which say that one was moved."""

import pytest

from shared.domain.files.appointments import appointment_key, ready_mapping
from shared.domain.files.file import Row
from shared.domain.files.source import FieldType, SourceFormat
from shared.domain.files.visit_columns import VisitColumns, visits_in
from shared.domain.files.withdrawal import Withdrawal
from tests.kit.builders import a_source

HEADER = ("Appointment_ID", "Name", "change")
COLUMNS = VisitColumns(source_id="appointments", id_index=0, change_index=2)
KEY = appointment_key("appointments", "7")
AT = "2026-11-30T10:00:00-05:00"


def test_where_they_are_is_read_from_the_header() -> None:
    assert visits_in(a_source(format=SourceFormat.HL7), HEADER) == COLUMNS


@pytest.mark.parametrize("header", [("appointment_id", "name"), ("change", "name"), ()])
def test_a_file_that_says_nothing_of_changes_has_none(header: tuple[str, ...]) -> None:
    assert visits_in(a_source(format=SourceFormat.HL7), header) is None


def test_a_table_has_none_whatever_its_columns_are_called() -> None:
    assert visits_in(a_source(), HEADER) is None


@pytest.mark.parametrize(
    ("cells", "withdrawal"),
    [
        (("7", "Ana", "canceled"), Withdrawal(key=KEY)),
        ((" 7 ", "Ana", " Canceled "), Withdrawal(key=KEY)),
        (("7", "Ana", "changed"), None),
        (("7", "Ana", "new"), None),
        (("", "Ana", "canceled"), None),  # nobody knows which
        (("7", "Ana"), None),
        ((), None),
    ],
)
def test_a_record_that_cancels(cells: tuple[str, ...], withdrawal: Withdrawal | None) -> None:
    assert COLUMNS.canceled(cells) == withdrawal


@pytest.mark.parametrize(
    ("change", "values", "withdrawal"),
    [
        ("changed", {"appointment_id": "7", "useful_until": AT}, Withdrawal(key=KEY, still_at=AT)),
        (" Changed", {"appointment_id": "7", "useful_until": AT}, Withdrawal(key=KEY, still_at=AT)),
        ("new", {"appointment_id": "7", "useful_until": AT}, None),
        ("canceled", {"appointment_id": "7", "useful_until": AT}, None),
        ("changed", {"appointment_id": "7"}, None),
        ("changed", {"useful_until": AT}, None),
    ],
)
def test_a_row_that_was_moved_withdraws_it_at_any_other_time(
    change: str, values: dict[str, str], withdrawal: Withdrawal | None
) -> None:
    assert COLUMNS.moved(("7", "Ana", change), Row(number=2, values=values)) == withdrawal


def test_the_ready_mapping_reads_every_column_as_the_field_of_its_name() -> None:
    for form in (SourceFormat.ICALENDAR, SourceFormat.HL7, SourceFormat.FHIR):
        mapping = ready_mapping(form)
        assert all(one.column == one.field for one in mapping)
        assert {one.field for one in mapping if one.is_required} == {
            "appointment_id",
            "start_date",
            "useful_until",
        }
        types = {one.field: one.type for one in mapping}
        assert types["phone"] is types["phone_2"] is FieldType.PHONE
        assert types["email"] is FieldType.EMAIL
        assert types["useful_until"] is FieldType.DATETIME
        assert (types["start_date"], types["start_time"]) == (FieldType.DATE, FieldType.TIME)
        assert types["name"] is FieldType.TEXT
