"""Recurring visits of a calendar: which of them there are, and when they end."""

from pathlib import Path

import pytest

from tests.kit.tabular.appointments import (
    calendar,
    event,
    read_appointments,
)

NEW_YORK = "DTSTART;TZID=America/New_York:"


def test_visits_of_a_series_are_moved_taken_out_added_and_canceled(tmp_path: Path) -> None:
    series = event(
        "s",
        NEW_YORK + "20270614T090000",
        "DTEND;TZID=America/New_York:20270614T093000",
        "RRULE:FREQ=WEEKLY;COUNT=5",
        "EXDATE;TZID=America/New_York:20270621T090000",
        "RDATE;TZID=America/New_York:20270616T100000",
        "SUMMARY:Therapy",
    )
    moved = event(
        "s",
        "RECURRENCE-ID;TZID=America/New_York:20270628T090000",
        NEW_YORK + "20270629T110000",
        "SEQUENCE:1",
        "SUMMARY:Therapy, moved",
    )
    gone = event(
        "s",
        "RECURRENCE-ID;TZID=America/New_York:20270705T090000",
        NEW_YORK + "20270705T090000",
        "STATUS:CANCELLED",
    )
    read = read_appointments(tmp_path, calendar(series, moved, gone))
    assert read.column("recurrence_id", "start", "change", "summary") == [
        ("", "", "canceled", ""),
        ("20270614T130000Z", "2027-06-14T09:00:00-04:00", "new", "Therapy"),
        ("20270616T140000Z", "2027-06-16T10:00:00-04:00", "new", "Therapy"),
        ("20270628T130000Z", "2027-06-29T11:00:00-04:00", "changed", "Therapy, moved"),
        ("20270712T130000Z", "2027-07-12T09:00:00-04:00", "new", "Therapy"),
        ("", "", "canceled", "Therapy"),
    ]
    canceled = [row["appointment_id"] for row in read.rows if row["change"] == "canceled"]
    assert canceled == ["s#20270705T130000Z", "s#20270621T130000Z"]


def test_a_moved_visit_that_is_named_by_its_day_alone(tmp_path: Path) -> None:
    series = event("s", NEW_YORK + "20270614T090000", "RRULE:FREQ=WEEKLY;COUNT=2")
    moved = event("s", "RECURRENCE-ID;VALUE=DATE:20270621", NEW_YORK + "20270622T100000")
    read = read_appointments(tmp_path, calendar(series, moved))
    assert read.column("recurrence_id", "start") == [
        ("20270614T130000Z", "2027-06-14T09:00:00-04:00"),
        ("20270621T130000Z", "2027-06-22T10:00:00-04:00"),
    ]


@pytest.mark.parametrize(
    ("rule", "days"),
    [
        ("FREQ=DAILY;UNTIL=20270616", ["14", "15", "16"]),  # the whole day, as its writer means
        ("FREQ=DAILY;UNTIL=20270616T090000", ["14", "15", "16"]),
        ("FREQ=DAILY;UNTIL=20270616T130000Z", ["14", "15", "16"]),
        ("FREQ=DAILY;UNTIL=20270616T125959Z", ["14", "15"]),
        ("FREQ=MONTHLY;BYDAY=2MO;COUNT=1", ["14"]),
    ],
)
def test_where_a_series_ends(tmp_path: Path, rule: str, days: list[str]) -> None:
    read = read_appointments(tmp_path, calendar(event("1", NEW_YORK + "20270614T090000", f"RRULE:{rule}")))
    assert [row["start_date"][-2:] for row in read.rows] == days


def test_the_range_of_days_bounds_a_series_and_leaves_out_what_is_over(tmp_path: Path) -> None:
    endless = event("1", NEW_YORK + "19900101T090000", "RRULE:FREQ=DAILY")
    over = event("2", NEW_YORK + "20270531T090000")
    today = event("3", NEW_YORK + "20270601T070000")
    later = event("4", NEW_YORK + "20290601T070000")
    series_later = event("5", NEW_YORK + "20290601T070000", "RRULE:FREQ=WEEKLY")
    read = read_appointments(tmp_path, calendar(endless, over, today, later, series_later), days=14)
    of = {uid: [row["start_date"] for row in read.rows if row["uid"] == uid] for uid in "12345"}
    assert (of["1"][0], of["1"][-1], len(of["1"])) == ("2027-06-01", "2027-06-14", 14)
    assert (of["2"], of["3"], of["4"]) == ([], ["2027-06-01"], ["2029-06-01"])
    assert of["5"] == ["2029-06-01", "2029-06-08"]
    assert read.notes == ["1 appointment was left out, as it was before 2027-06-01."]


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ("FREQ=SECONDLY", "is SECONDLY"),
        ("FREQ=DAILY;BYHOUR=" + ",".join(map(str, range(24))) + ";BYMINUTE=0,30", "visits a day"),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "takes too long"),
        ("FREQ=SOMETIMES", "RRULE cannot be read"),
        ("COUNT=3", "has no FREQ|cannot be read"),
    ],
)
def test_a_rule_that_never_ends_rejects_its_appointment_alone(tmp_path: Path, rule: str, reason: str) -> None:
    hostile = event("1", NEW_YORK + "20270614T090000", f"RRULE:{rule}", "SUMMARY:Hostile")
    read = read_appointments(tmp_path, calendar(hostile, event("2", NEW_YORK + "20270614T090000")))
    [fault] = read.faults
    assert "'Hostile' in line 4 of the file" in fault.reason
    assert any(part in fault.reason for part in reason.split("|"))
    assert [row["uid"] for row in read.rows] == ["2"]
