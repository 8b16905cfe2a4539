"""In which zone a row's times are read, and which columns decide whether it is taken."""

from zoneinfo import ZoneInfo

import pytest

from shared.domain.channels.phone_numbers import zones_of_written
from shared.domain.files.cell import CellRejected
from shared.domain.files.row_filter import ConditionTest, Match, RowCondition, RowFilter
from shared.domain.files.row_rules import RowRules
from shared.domain.files.source import ColumnMapping, FieldType, Source
from tests.kit.builders import NOON, a_source

HOME = "America/New_York"
STATE = ColumnMapping(column="State", field="state", type=FieldType.TIME_ZONE)
PHONE = ColumnMapping(column="Mobile", field="phone", type=FieldType.PHONE, default_region="US")
VISIT = ColumnMapping(
    column="Day", field="visit", type=FieldType.DATETIME, time_column="Hour", formats=("%m/%d/%Y",)
)
STATUS = ColumnMapping(column="Status", field="status")


def asked(field: str | None = None, column: str | None = None, value: str = "Booked") -> RowCondition:
    return RowCondition(test=ConditionTest.IS, field=field, column=column, value=value)


def rules(**changes: object) -> RowRules:
    source: Source = a_source(columns=(STATE, PHONE, VISIT, STATUS), **changes)

    def zones_of_number(text: str, region: str | None) -> tuple[str, ...]:
        return zones_of_written(text, region or "DE")

    return RowRules(source=source, home=HOME, now=NOON, zones_of_number=zones_of_number)


def test_without_a_column_for_it_the_zone_is_that_of_home() -> None:
    assert rules().zone("CA") == ZoneInfo(HOME)
    assert rules(time_zone_field="state").zone("") == ZoneInfo(HOME)


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("CA", "America/Los_Angeles"),
        ("Europe/Berlin", "Europe/Berlin"),
        ("FL", HOME),  # of its two zones the one of home
        ("TX", "America/Chicago"),  # of zones that are not home's the one furthest ahead
    ],
)
def test_a_column_names_it(text: str, zone: str) -> None:
    assert rules(time_zone_field="state").zone(text) == ZoneInfo(zone)


def test_what_names_no_zone_rejects_the_row() -> None:
    with pytest.raises(CellRejected, match="is neither a time zone such as America/New_York nor a US state"):
        rules(time_zone_field="state").zone("somewhere")


def test_a_number_names_it_by_its_own_region() -> None:
    assert rules(time_zone_field="phone").zone("(415) 555-0187") == ZoneInfo("America/Los_Angeles")
    assert rules(time_zone_field="phone").zone("1") == ZoneInfo(HOME)  # nothing is known of it


FILTER = RowFilter(match=Match.ALL, conditions=(asked("status"), asked(column="Room", value="5")))


def test_the_columns_without_which_no_row_can_be_judged() -> None:
    assert rules().needed() == []
    assert rules(time_zone_field="state").needed() == ["State"]
    assert rules(row_filter=FILTER).needed() == ["Status", "Room"]
    with_both = RowFilter(match=Match.ANY, conditions=(asked("visit"), asked("state"), asked("status")))
    assert rules(time_zone_field="state", row_filter=with_both).needed() == ["State", "Day", "Hour", "Status"]


def takes(given: RowRules, **values: str) -> bool:
    return given.takes(lambda column: values.get(column.field, ""), ZoneInfo(HOME))


def test_a_filter_asks_for_fields_and_for_columns_that_are_none() -> None:
    assert takes(rules(row_filter=FILTER), status="booked", Room="5")
    assert not takes(rules(row_filter=FILTER), status="Cancelled", Room="5")
    assert not takes(rules(row_filter=FILTER), status="Booked", Room="6")
    assert takes(rules(), status="Cancelled")


def test_a_field_is_compared_as_what_its_type_says() -> None:
    day = RowCondition(test=ConditionTest.IS, field="visit", value="today")
    given = rules(row_filter=RowFilter(match=Match.ALL, conditions=(day,)))
    assert takes(given, visit="2026-11-23T08:00:00-05:00")
    assert not takes(given, visit="2026-11-24T08:00:00-05:00")
