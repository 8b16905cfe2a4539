"""Which rows a row filter takes, and which filters can never work."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from shared.domain.files.check_row_filter import check_row_filter
from shared.domain.files.judge_rows import RowUnfit, meets, takes
from shared.domain.files.row_filter import ConditionTest, Match, RowCondition, RowFilter
from shared.domain.files.source import FieldType

_T, _C = FieldType, ConditionTest
NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)  # the 23rd, 22:00, in New York
NEW_YORK = ZoneInfo("America/New_York")


def asked(
    test: ConditionTest, *wanted: str, field: str | None = "f", column: str | None = None
) -> RowCondition:
    several = test in (_C.IS_ONE_OF, _C.IS_NONE_OF)
    value = wanted[0] if wanted and not several else None
    return RowCondition(test=test, field=field, column=column, value=value, values=wanted if several else ())


@pytest.mark.parametrize(
    ("kind", "value", "test", "wanted", "met"),
    [
        (_T.TEXT, "  CANCELLED ", _C.IS_NOT, ("Cancelled",), False),
        (_T.TEXT, "Booked", _C.IS_NOT, ("Cancelled",), True),
        (_T.TEXT, "", _C.IS_NOT, ("Cancelled",), True),
        (_T.TEXT, "No  show", _C.IS, ("no show",), True),
        (_T.TEXT, "E\u0301l", _C.IS, ("\u00c9L",), True),
        (_T.TEXT, "Straße", _C.IS, ("STRASSE",), True),
        (_T.TEXT, "", _C.IS, ("x",), False),
        (_T.TEXT, "b", _C.IS_ONE_OF, ("A", "B"), True),
        (_T.TEXT, "c", _C.IS_ONE_OF, ("A", "B"), False),
        (_T.TEXT, "c", _C.IS_NONE_OF, ("A", "B"), True),
        (_T.TEXT, "", _C.IS_NONE_OF, ("A", "B"), True),
        (_T.TEXT, "", _C.IS_EMPTY, (), True),
        (_T.NUMBER, "0", _C.IS_EMPTY, (), False),
        (_T.TEXT, "", _C.IS_NOT_EMPTY, (), False),
        (_T.DATE, "2026-11-23", _C.IS_NOT_EMPTY, (), True),
        (_T.TEXT, "Dr Vega, MD", _C.CONTAINS, ("vega",), True),
        (_T.EMAIL, "a@B.com", _C.CONTAINS, ("@b.",), True),
        (_T.TEXT, "", _C.CONTAINS, ("x",), False),
        (_T.TEXT, "", _C.DOES_NOT_CONTAIN, ("x",), True),
        (_T.TEXT, "no TEXTS", _C.DOES_NOT_CONTAIN, ("texts",), False),
        # As texts 9 would be more than 10, and 10.0 not 10.
        (_T.NUMBER, "9", _C.MORE_THAN, ("10",), False),
        (_T.NUMBER, "10.0", _C.IS, ("10",), True),
        (_T.NUMBER, "1234.5", _C.MORE_THAN, ("1,234",), True),
        (_T.NUMBER, "-5", _C.LESS_THAN, ("0",), True),
        (_T.NUMBER, "", _C.LESS_THAN, ("0",), False),
        (_T.BOOLEAN, "true", _C.IS, ("Yes",), True),
        (_T.BOOLEAN, "false", _C.IS_NOT, ("true",), True),
        (_T.TIME_ZONE, "America/New_York", _C.IS, ("NY",), True),
        (_T.TIME_ZONE, "America/Los_Angeles", _C.IS_ONE_OF, ("NY", "CA"), True),
        (_T.TIME, "14:30:00", _C.AFTER, ("2:29 PM",), True),
        (_T.TIME, "09:00:00", _C.BEFORE, ("09:00",), False),
        (_T.DATE, "2026-12-01", _C.AFTER, ("2026-11-30",), True),
        (_T.DATE, "2026-11-30", _C.BEFORE, ("2026-11-30",), False),
        (_T.DATE, "2026-11-23", _C.IS, ("today",), True),
        (_T.DATE, "2026-11-24", _C.IS, ("Today + 1",), True),
        (_T.DATE, "2026-11-22", _C.AFTER, ("today-1",), False),
        # 23:30 on the 23rd in New York is already the 24th in UTC.
        (_T.DATETIME, "2026-11-23T23:30:00-05:00", _C.IS, ("2026-11-23",), True),
        (_T.DATETIME, "2026-11-24T04:30:00+00:00", _C.IS, ("2026-11-23",), True),
        (_T.DATETIME, "2026-11-24T00:00:00-05:00", _C.AFTER, ("2026-11-23",), True),
        (_T.DATETIME, "2026-11-23T23:30:00-05:00", _C.AFTER, ("2026-11-23",), False),
        (_T.DATETIME, "2026-11-23T14:30:00-05:00", _C.AFTER, ("2026-11-23 14:29",), True),
        (_T.DATETIME, "2026-11-23T14:30:00-05:00", _C.BEFORE, ("2026-11-23T19:31:00Z",), True),
        (_T.DATETIME, "2026-11-23T14:30:00-05:00", _C.IS, ("2026-11-23 14:30",), True),
        # "Within the next 3 days" on the 23rd: up to the end of the 26th.
        (_T.DATETIME, "2026-11-26T23:59:00-05:00", _C.IN_NEXT_DAYS, ("3",), True),
        (_T.DATETIME, "2026-11-27T00:00:00-05:00", _C.IN_NEXT_DAYS, ("3",), False),
        (_T.DATE, "2026-11-23", _C.IN_NEXT_DAYS, ("0",), True),
        (_T.DATE, "2026-11-22", _C.IN_NEXT_DAYS, ("3",), False),
        (_T.DATE, "2026-11-20", _C.IN_LAST_DAYS, ("3",), True),
        (_T.DATE, "2026-11-19", _C.IN_LAST_DAYS, ("3",), False),
        (_T.DATE, "1931-11-26", _C.ANNIVERSARY_IN_NEXT_DAYS, ("3",), True),
        (_T.DATE, "1931-11-27", _C.ANNIVERSARY_IN_NEXT_DAYS, ("3",), False),
        (_T.DATE, "1931-11-22", _C.ANNIVERSARY_IN_NEXT_DAYS, ("3",), False),
        (_T.DATE, "1999-01-01", _C.ANNIVERSARY_IN_NEXT_DAYS, ("60",), True),  # over the turn of the year
        (_T.DATE, "2000-02-29", _C.ANNIVERSARY_IN_NEXT_DAYS, ("96",), False),
        (_T.DATE, "2000-02-29", _C.ANNIVERSARY_IN_NEXT_DAYS, ("97",), True),  # on 28 February 2027
        (_T.DATE, "1899-11-20", _C.ANNIVERSARY_IN_LAST_DAYS, ("3",), True),
        (_T.DATE, "1899-11-24", _C.ANNIVERSARY_IN_LAST_DAYS, ("3",), False),
    ],
)
def test_conditions(
    kind: FieldType, value: str, test: ConditionTest, wanted: tuple[str, ...], met: bool
) -> None:
    assert meets(asked(test, *wanted), value, kind, NOW, NEW_YORK) is met
    row_filter = RowFilter(conditions=(asked(test, *wanted),))
    assert list(check_row_filter(row_filter, {"f": kind})) == []


@pytest.mark.parametrize(("match", "taken"), [(Match.ALL, False), (Match.ANY, True)])
def test_all_conditions_or_any(match: Match, taken: bool) -> None:
    row_filter = RowFilter(conditions=(asked(_C.IS, "a"), asked(_C.IS, "b", field="g")), match=match)
    values = {"f": "a", "g": "x"}
    assert takes(row_filter, lambda one: (values[one.name], _T.TEXT), NOW, NEW_YORK) is taken
    assert str(row_filter) == f"f is 'a' {'and' if match is Match.ALL else 'or'} g is 'b'"


def test_a_value_that_is_not_of_its_type_is_not_judged() -> None:
    with pytest.raises(RowUnfit, match="needs 'f' as number"):
        meets(asked(_C.MORE_THAN, "1"), "much", _T.NUMBER, NOW, NEW_YORK)


@pytest.mark.parametrize(
    ("condition", "field", "why"),
    [
        (asked(_C.IS, "x", field="g"), "field", "'g' is not a field of the source; it has: f, text"),
        (asked(_C.IS, "x", field=None), "field", "name one field"),
        (
            asked(_C.IS, "x", field=None, column="Status"),
            "column",
            "only a source's row filter reads columns",
        ),
        (asked(_C.MORE_THAN, "1", field="text"), "test", "'more than' is for numbers, and 'text' is text"),
        (asked(_C.CONTAINS, "1"), "test", "'contains' is for texts, and 'f' is number"),
        (asked(_C.BEFORE, "2026-11-30", field="text"), "test", "'before' is for dates and times"),
        (asked(_C.IN_NEXT_DAYS, "3", field="text"), "test", "'in next days' is for dates"),
        (asked(_C.IS, "abc"), "value", "'abc' is not a number such as 1,234.50"),
        (asked(_C.IS), "value", "say what 'is' compares with"),
        (asked(_C.IS, " ", field="text"), "value", "ask for is_empty"),
        (asked(_C.IS_ONE_OF), "values", "give at least one value"),
        (asked(_C.IS_ONE_OF, "1", "x"), "values[1]", "'x' is not a number"),
        (RowCondition(test=_C.IS_EMPTY, field="f", value="x"), "value", "'is empty' takes no value"),
        (RowCondition(test=_C.IS, field="f", value="1", values=("2",)), "values", "takes no list of values"),
    ],
)
def test_a_condition_that_could_never_work_says_where_and_why(
    condition: RowCondition, field: str, why: str
) -> None:
    types = {"f": _T.NUMBER, "text": _T.TEXT}
    [problem] = check_row_filter(RowFilter(conditions=(condition,)), types)
    assert problem.field == f"row_filter.conditions[0].{field}"
    assert why in problem.reason


@pytest.mark.parametrize(
    ("kind", "wanted"),
    [
        (_T.DATE, "11/30/2026"),
        (_T.DATE, "2026-02-30"),
        (_T.DATE, "2026-11-30 14:30"),
        (_T.DATETIME, "tomorrow"),
        (_T.TIME, "noon"),
        (_T.BOOLEAN, "maybe"),
        (_T.TIME_ZONE, "EST"),
    ],
)
def test_a_value_is_one_of_the_fields_type(kind: FieldType, wanted: str) -> None:
    [problem] = check_row_filter(RowFilter(conditions=(asked(_C.IS, wanted),)), {"f": kind})
    assert problem.field == "row_filter.conditions[0].value"


@pytest.mark.parametrize("days", ["-1", "x", "3.5", "9999", ""])
def test_a_number_of_days_is_one(days: str) -> None:
    [problem] = check_row_filter(RowFilter(conditions=(asked(_C.IN_NEXT_DAYS, days),)), {"f": _T.DATE})
    assert "number of days from 0 to 3660" in problem.reason


def test_a_sources_filter_may_ask_for_columns_and_one_without_conditions_says_nothing() -> None:
    column: Any = RowFilter(conditions=(asked(_C.IS_NOT, "Cancelled", field=None, column="Status"),))
    assert list(check_row_filter(column, {}, takes_columns=True)) == []
    assert list(check_row_filter(None, {})) == []
    [problem] = check_row_filter(RowFilter(conditions=()), {})
    assert problem.field == "row_filter.conditions"
