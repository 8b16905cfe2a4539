"""Day and month swapped, and dates that are not where they usually are. November 30 of 2026 is a Monday."""

from collections.abc import Sequence
from datetime import date

import pytest

from shared.domain.files.compare_dates import Unread, compare_dates, swapped_formats
from shared.domain.files.finding import ColumnChange, Finding, FindingCode, Severity
from shared.domain.files.profile import Profile
from shared.domain.files.row_sketch import RowSketch
from shared.domain.files.source import ColumnMapping, FieldType
from shared.domain.record import replace

WHEN = ColumnMapping(column="When", field="when", type=FieldType.DATE, formats=("%m/%d/%Y",))
SERIOUS, WARNING = Severity.SERIOUS, Severity.WARNING
SWAPPED, UNUSUAL = FindingCode.DATES_SWAPPED, FindingCode.DATES_UNUSUAL
Loaded = tuple[str, Sequence[str]]  # the day on which a file was loaded, and its dates


def profile(loaded: Loaded) -> Profile:
    day, dates = loaded
    days: dict[int, int] = {}
    for one in dates:
        ordinal = date.fromisoformat(one).toordinal()
        days[ordinal] = days.get(ordinal, 0) + 1
    return Profile(
        row_count=len(dates),
        rejected_count=0,
        marked_count=0,
        day=date.fromisoformat(day).toordinal(),
        columns=(),
        days={"when": days} if days else {},
        rows=RowSketch(),
        fields={"when": "When"},
    )


def findings(
    now: Loaded, *before: Loaded, unread: Unread | None = None, column: ColumnMapping = WHEN
) -> list[Finding]:
    asked = {} if unread is None else {"when": unread}
    found = list(compare_dates([column], profile(now), asked, [profile(one) for one in before]))
    assert all(one.to_do for one in found)
    return found


def codes(now: Loaded, *before: Loaded) -> list[tuple[FindingCode, Severity]]:
    return [(one.code, one.severity) for one in findings(now, *before)]


def test_formats_with_day_and_month_swapped() -> None:
    formats = ("%m/%d/%Y", "%d.%m.%Y %H:%M", "%b %d, %Y", "%Y")
    assert swapped_formats(formats) == ("%d/%m/%Y", "%m.%d.%Y %H:%M")


IMPOSSIBLE = Unread(count=3, rows=(2, 4, 5))


def test_dates_that_are_possible_only_when_swapped() -> None:
    (finding,) = findings(("2027-05-01", ()), unread=IMPOSSIBLE)
    assert (finding.code, finding.severity) == (SWAPPED, SERIOUS)
    assert (finding.columns, finding.rows) == (("When",), (2, 4, 5))
    assert finding.changes == (ColumnChange(column="When", formats=("%d/%m/%Y",)),)
    assert "3 dates are impossible" in finding.what
    assert finding.what.endswith("not as %d/%m/%Y.")


def test_those_that_were_read_beside_them_were_read_wrongly() -> None:
    (finding,) = findings(("2027-05-01", ("2027-05-12", "2027-06-12")), unread=IMPOSSIBLE)
    assert finding.what.endswith("; the other 2 were read, and wrongly.")
    assert finding.changes


@pytest.mark.parametrize(
    ("swapped", "sure", "severity"),
    [(3, 1, SERIOUS), (1, 8, SERIOUS), (1, 9, SERIOUS), (1, 10, WARNING), (10, 95, WARNING)],
)
def test_two_orders_in_one_column_are_a_slip_where_they_are_less_than_a_tenth(
    swapped: int, sure: int, severity: Severity
) -> None:
    now = ("2027-05-01", ("2027-06-13",) * sure)
    (finding,) = findings(now, unread=Unread(count=swapped, rows=(2,)))
    assert (finding.code, finding.severity, finding.rows, finding.changes) == (SWAPPED, severity, (2,), ())
    assert f"{swapped:,} dates can only be read as %d/%m/%Y, {sure:,} only as the source says" in finding.what


def test_the_twelfth_may_be_a_month_and_the_thirteenth_not() -> None:
    twelfth, thirteenth = ("2027-05-01", ("2027-06-12",)), ("2027-05-01", ("2027-06-13",))
    assert findings(twelfth, unread=IMPOSSIBLE)[0].changes
    assert not findings(thirteenth, unread=IMPOSSIBLE)[0].changes


JULY = ("2027-07-01", [f"2027-07-{day:02}" for day in range(5, 10)])  # July 5 to 9, read rightly
MONTHS = [f"2027-{month:02}-07" for month in range(5, 10)]  # the same five days with the month first


def test_days_in_a_row_that_have_become_months_in_a_row() -> None:
    (finding,) = findings(("2027-07-01", MONTHS), JULY)
    assert (finding.code, finding.severity, finding.columns) == (SWAPPED, SERIOUS, ("When",))
    assert "its dates are read as 2027-05-07 to 2027-09-07; swapped they are 2027-07-05 to 2027-07-09" in (
        finding.what
    )
    assert finding.changes == (ColumnChange(column="When", formats=("%d/%m/%Y",)),)


def test_of_a_first_file_months_in_a_row_only_warn() -> None:
    assert codes(("2027-07-01", MONTHS)) == [(SWAPPED, WARNING)]
    assert codes(("2027-07-01", MONTHS[:2])) == []  # two months are no row
    assert codes(JULY) == []


def test_a_source_whose_dates_are_always_months_apart_is_left_alone() -> None:
    before = ("2027-05-01", [f"2027-{month:02}-01" for month in range(5, 10)])
    assert codes(("2027-06-01", [f"2027-{month:02}-01" for month in range(6, 11)]), before) == []


def test_dates_that_fit_swapped_and_lie_far_off_as_they_are() -> None:
    now = ("2027-06-01", ["2027-02-06", "2027-03-06", "2027-03-06", "2027-04-06"])
    before = ("2027-05-01", ["2027-05-02", "2027-05-03", "2027-05-04"])
    assert codes(now, before) == [(SWAPPED, SERIOUS)]


# February 6 to 9 is Saturday to Tuesday; June 2, July 2, August 2 and September 2 are all weekdays.
OVER_A_WEEKEND = ["2027-02-06", "2027-02-07", "2027-02-08", "2027-02-09"]
TU_TU_TH_FR = ["2027-01-05", "2027-03-09", "2027-06-10", "2027-10-08"]
WITH_A_SUNDAY = [*TU_TU_TH_FR, "2027-03-07"]


@pytest.mark.parametrize(
    ("dates", "before", "expected"),
    [
        (OVER_A_WEEKEND, TU_TU_TH_FR, [(SWAPPED, SERIOUS)]),
        (OVER_A_WEEKEND[:3], TU_TU_TH_FR, []),  # three dates say nothing
        (OVER_A_WEEKEND, WITH_A_SUNDAY, []),
        (OVER_A_WEEKEND[2:] * 5 + OVER_A_WEEKEND[:2], TU_TU_TH_FR, []),  # two of twelve may be a slip
        (OVER_A_WEEKEND[2:] * 4 + OVER_A_WEEKEND[:2], TU_TU_TH_FR, [(SWAPPED, SERIOUS)]),  # two of ten
    ],
)
def test_of_a_clinic_that_never_opens_at_weekends_the_days_of_the_week_tell(
    dates: list[str], before: list[str], expected: list[object]
) -> None:
    assert codes(("2027-01-04", dates), ("2027-01-04", before)) == expected


@pytest.mark.parametrize(
    "now", [("2027-07-01", ["2027-07-07"]), ("2027-07-01", ["2027-07-07", "2027-08-08"])]
)
def test_dates_that_are_the_same_when_swapped_say_nothing(now: Loaded) -> None:
    assert codes(now, JULY) == []


def test_without_a_format_to_change_the_export_is_to_be_mended() -> None:
    (finding,) = findings(("2027-07-01", MONTHS), JULY, column=replace(WHEN, formats=()))
    assert finding.changes == ()
    assert finding.to_do.startswith("If that is so, export the file again")


AHEAD = ("2027-07-01", ["2027-07-13", "2027-07-14"])


def test_dates_that_are_all_past_when_they_were_always_to_come() -> None:
    (finding,) = findings(("2027-08-20", ["2027-08-13", "2027-08-19"]), AHEAD)
    assert (finding.code, finding.severity, finding.columns) == (UNUSUAL, SERIOUS, ("When",))
    assert "2027-08-13 to 2027-08-19" in finding.what


def test_one_date_of_today_is_not_past() -> None:
    assert codes(("2027-08-20", ["2027-08-13", "2027-08-20"]), AHEAD) == []


def test_a_source_of_past_dates_such_as_bills_is_left_alone() -> None:
    before = ("2027-07-01", ["2027-06-20", "2027-07-01"])
    assert codes(("2027-08-20", ["2027-08-13", "2027-08-19"]), before) == []


def test_past_dates_are_unusual_only_if_every_file_before_looked_ahead() -> None:
    behind = ("2027-07-01", ["2027-06-20", "2027-07-01"])
    assert codes(("2027-08-20", ["2027-08-13"]), AHEAD, behind) == []


def test_dates_of_another_year_are_unusual() -> None:
    (finding,) = findings(("2027-07-01", ["2028-07-13", "2028-07-14"]), AHEAD)
    assert (finding.code, finding.severity) == (UNUSUAL, WARNING)
    assert "12 to 13 days from the day of loading" in finding.what


@pytest.mark.parametrize(("day", "is_unusual"), [("2027-08-14", False), ("2027-08-15", True)])
def test_a_month_beyond_what_is_usual_is_still_near(day: str, is_unusual: bool) -> None:
    """Usual are 12 to 13 days; 13 and 31 more after July 1 are August 14."""
    assert bool(codes(("2027-07-01", [day]), AHEAD)) is is_unusual


@pytest.mark.parametrize(("near", "expected"), [(1, [(UNUSUAL, WARNING)]), (2, [])])
def test_nine_of_ten_dates_must_be_far_off(near: int, expected: list[object]) -> None:
    dates = ["2027-07-14"] * near + ["2028-07-14"] * (10 - near)
    assert codes(("2027-07-01", dates), AHEAD) == expected


def test_a_column_without_dates_before_or_now_says_nothing() -> None:
    assert codes(("2027-07-01", ()), AHEAD) == []
    assert codes(("2027-07-01", ["2028-07-14"]), ("2027-06-01", ())) == []
