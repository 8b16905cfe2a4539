"""Calendars as Google, Outlook and Apple write them: their visits, people, times and changes."""

from pathlib import Path

import pytest

from shared.domain.files.file import FileRefused
from shared.domain.files.source import SourceFormat
from shared.tabular.caps import Caps
from tests.kit.tabular.appointments import (
    APPLE,
    EASTERN,
    GOOGLE,
    OUTLOOK,
    calendar,
    event,
    read_appointments,
)

NEW_YORK = "DTSTART;TZID=America/New_York:"


def test_google_calendar(tmp_path: Path) -> None:
    [row] = read_appointments(tmp_path, GOOGLE).rows
    assert row["appointment_id"] == row["uid"] == "7kq2v9d@google.com"
    assert (row["name"], row["email"], row["phone"]) == (
        "Ana Ibáñez",
        "ana@patients.example",
        "(212) 555-0187",
    )
    # Written in UTC: shown in the calendar's own zone.
    assert (row["start"], row["end"]) == ("2027-06-14T09:00:00-04:00", "2027-06-14T09:30:00-04:00")
    assert (row["start_date"], row["start_time"], row["time_zone"]) == (
        "2027-06-14",
        "09:00",
        "America/New_York",
    )
    assert row["location"] == "1 Main St, Suite 4, New York"
    assert row["description"].splitlines()[:2] == ["Phone: (212) 555-0187", "Reason, as told: knee; left"]
    assert (row["organizer"], row["organizer_email"]) == ("Dr. Vega", "vega@north-clinic.example")
    assert (row["summary"], row["status"], row["change"]) == ("Check-up", "confirmed", "new")
    assert row["sequence"] == "0"
    assert "email_2" not in row
    assert "phone_2" not in row  # that of the conference is nobody's


def test_outlook_names_zones_as_windows_does_and_its_visits_keep_their_wall_time(tmp_path: Path) -> None:
    read = read_appointments(tmp_path, OUTLOOK)
    assert read.column("start", "time_zone") == [
        ("2027-11-01T09:00:00-04:00", "America/New_York"),
        ("2027-11-08T09:00:00-05:00", "America/New_York"),
        ("2027-11-15T09:00:00-05:00", "America/New_York"),
    ]
    assert {row["name"] for row in read.rows} == {"Lopez, Ben"}
    assert {row["phone"] for row in read.rows} == {"212-555-0165"}
    assert [row["recurrence_id"] for row in read.rows] == [
        "20271101T130000Z",
        "20271108T140000Z",
        "20271115T140000Z",
    ]
    assert read.rows[0]["appointment_id"] == "040000008200E00074C5B7101A82E008#20271101T130000Z"


def test_apple_calendar_with_line_feeds_a_duration_and_a_whole_day(tmp_path: Path) -> None:
    timed, whole_day = read_appointments(tmp_path, APPLE).rows
    assert (timed["start"], timed["end"]) == ("2027-06-15T10:15:00-05:00", "2027-06-15T11:00:00-05:00")
    assert (timed["phone"], timed["email"]) == ("+1-312-555-0144", "cleo@patients.example")
    assert timed["change"] == "changed"
    assert "start" not in whole_day
    assert (whole_day["start_date"], whole_day["all_day"]) == ("2027-06-16", "yes")
    assert whole_day["useful_until"] == "2027-06-16T23:59:59-04:00"
    assert whole_day["end"] == "2027-06-17T00:00:00-04:00"


@pytest.mark.parametrize(
    ("start", "head", "expected", "zone"),
    [
        ("DTSTART:20270614T090000", [], "2027-06-14T09:00:00-06:00", "America/Denver"),
        (
            "DTSTART:20270614T090000",
            ["X-WR-TIMEZONE:Pacific Standard Time"],
            "2027-06-14T09:00:00-07:00",
            "America/Los_Angeles",
        ),
        ("DTSTART:20270614T150000Z", [], "2027-06-14T09:00:00-06:00", "America/Denver"),
        ("DTSTART;TZID=Eastern Standard Time:20270614T090000", [], "2027-06-14T09:00:00-04:00", None),
        (
            "DTSTART;TZID=/freeassociation.sourceforge.net/America/New_York:20270614T090000",
            [],
            "2027-06-14T09:00:00-04:00",
            None,
        ),
        # 02:30 does not exist on that day; it is as far after the change as it was meant after two.
        (NEW_YORK + "20280312T023000", [], "2028-03-12T03:30:00-04:00", None),
    ],
)
def test_times_are_in_the_zone_they_name_or_in_the_calendars_or_at_home(
    tmp_path: Path, start: str, head: list[str], expected: str, zone: str | None
) -> None:
    content = calendar(event("1", start), head=head)
    [row] = read_appointments(tmp_path, content, time_zone="America/Denver").rows
    assert row["start"] == expected
    assert row["time_zone"] == (zone or "America/New_York")


def test_a_zone_of_the_files_own_is_that_of_its_calendar(tmp_path: Path) -> None:
    """Two calendars may define one name differently; icalendar alone keeps the first definition."""
    own = [line.replace("Eastern Standard Time", "Customized Time Zone") for line in EASTERN]
    west = [line.replace("-0500", "-0800").replace("-0400", "-0700") for line in own]
    start = "DTSTART;TZID=Customized Time Zone:20270614T090000"
    content = calendar(event("1", start), head=own) + calendar(event("2", start), head=west)
    read = read_appointments(tmp_path, content, time_zone="America/New_York")
    assert read.column("start") == [("2027-06-14T09:00:00-04:00",), ("2027-06-14T12:00:00-04:00",)]


def test_the_last_word_on_an_appointment_counts(tmp_path: Path) -> None:
    first = event("1", NEW_YORK + "20270614T090000", "SEQUENCE:0")
    second = event("1", NEW_YORK + "20270614T110000", "SEQUENCE:2")
    stale = event("1", NEW_YORK + "20270614T100000", "SEQUENCE:1")
    canceled = event("2", NEW_YORK + "20270614T090000", "SEQUENCE:1", "STATUS:CANCELLED")
    booked = event("2", NEW_YORK + "20270614T090000", "SEQUENCE:0")
    read = read_appointments(tmp_path, calendar(first, second, stale, canceled, booked))
    assert read.column("uid", "change", "start_time") == [("1", "changed", "11:00"), ("2", "canceled", "")]


def test_a_cancelation_takes_back_the_whole_series_in_another_calendar_of_the_file(tmp_path: Path) -> None:
    booked = calendar(event("1", NEW_YORK + "20270614T090000", "RRULE:FREQ=DAILY;COUNT=3"), method="REQUEST")
    gone = calendar(event("1", NEW_YORK + "20270614T090000", "SEQUENCE:1"), method="CANCEL")
    answer = calendar(event("3", NEW_YORK + "20270614T090000"), method="REPLY")
    read = read_appointments(tmp_path, booked + gone + answer)
    assert read.column("appointment_id", "change") == [("1", "canceled")]
    assert "answer to an invitation (METHOD:REPLY)" in read.notes[0]


def test_people(tmp_path: Path) -> None:
    group = event(
        "1",
        NEW_YORK + "20270614T090000",
        "ORGANIZER;CN=Desk:mailto:desk@north-clinic.example",
        "ATTENDEE;CN=Desk:MAILTO:DESK@north-clinic.example",
        "ATTENDEE;CN=Ana:mailto:ana@patients.example",
        "ATTENDEE;CN=Ben;X-PHONE=+12125550166:mailto:ben@patients.example",
        "ATTENDEE;CN=Cleo;PARTSTAT=DECLINED:mailto:cleo@patients.example",
        "ATTENDEE;ROLE=NON-PARTICIPANT;CN=Aide:mailto:aide@north-clinic.example",
        "ATTENDEE;CUTYPE=ROOM;CN=Room:mailto:room@north-clinic.example",
        "DESCRIPTION:Phone: 212-555-0167",  # whose is not said
    )
    alone = event(
        "2",
        NEW_YORK + "20270614T100000",
        "X-CLINIC-MOBILE:tel:+12125550168",
        "DESCRIPTION:Ref 2125550100\\nCell phone: 212.555.0169\\nCall 212-555-0101 to join: yes",
    )
    declined = event(
        "3", NEW_YORK + "20270614T110000", "ATTENDEE;PARTSTAT=DECLINED:mailto:dan@patients.example"
    )
    read = read_appointments(tmp_path, calendar(group, alone, declined))
    assert read.column("appointment_id", "name", "email", "phone", "phone_2", "change") == [
        ("1", "Ana", "ana@patients.example", "", "", "new"),
        ("1", "Ben", "ben@patients.example", "+12125550166", "", "new"),
        ("2", "", "", "+12125550168", "212.555.0169", "new"),
        ("3", "", "", "", "", "canceled"),
    ]


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (["SUMMARY:Check"], "'Check' in line 4 of the file: it has no start (DTSTART)"),
        (["DTSTART:soon"], "DTSTART cannot be read (Expected datetime"),
        (["DTSTART;TZID=Nowhere/Land:20270614T090000"], "time zone 'Nowhere/Land', which the file does not"),
        (
            [NEW_YORK + "20270614T090000", "DURATION:PT1X"],
            "DURATION cannot be read (Invalid iCalendar duration",
        ),
        ([NEW_YORK + "20270614T090000", 'ATTENDEE;CN=A"b:mailto:a@patients.example'], "cannot be read"),
    ],
)
def test_what_cannot_be_read_is_rejected_with_its_line(tmp_path: Path, lines: list[str], reason: str) -> None:
    read = read_appointments(tmp_path, calendar(event("1", *lines), event("2", NEW_YORK + "20270614T090000")))
    [fault] = read.faults
    assert reason in fault.reason
    assert [row["uid"] for row in read.rows] == ["2"]


def test_an_appointment_without_a_uid_and_one_that_is_not_closed(tmp_path: Path) -> None:
    whole = event("3", NEW_YORK + "20270614T090000")
    no_uid = whole.replace("UID:3\n", "")
    unclosed = event("2", NEW_YORK + "20270614T090000").removesuffix("\nEND:VEVENT")
    cut_off = calendar(no_uid, unclosed, whole).rpartition("END:VEVENT")[0]
    read = read_appointments(tmp_path, cut_off)
    assert [fault.reason.partition(": ")[2][:12] for fault in read.faults] == ["it has no UI"] + 2 * [
        "it is cut of"
    ]
    assert read.notes == ["The calendar ends in the middle: what came after is missing. Export it again."]


def test_bytes_that_are_no_utf8_stay_recognizable(tmp_path: Path) -> None:
    content = calendar(event("1", NEW_YORK + "20270614T090000", "SUMMARY:Mait@")).encode()
    [row] = read_appointments(tmp_path, content.replace(b"@", b"\xe9")).rows
    assert row["summary"] == "Mait\ufffd"


def test_another_kind_of_source_refuses_a_calendar(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match=r"a calendar .iCalendar, .ics., and this source takes tables"):
        read_appointments(tmp_path, GOOGLE, form=SourceFormat.TABLE)
    with pytest.raises(FileRefused, match="this source takes HL7 messages"):
        read_appointments(tmp_path, GOOGLE, form=SourceFormat.HL7)


def test_a_calendar_keeps_to_the_caps(tmp_path: Path) -> None:
    content = calendar(*(event(str(n), NEW_YORK + "20270614T090000") for n in range(30)))
    with pytest.raises(FileRefused, match="more than 20 rows"):
        read_appointments(tmp_path, content, caps=Caps(rows=20))
    with pytest.raises(FileRefused, match="MiB are taken"):
        read_appointments(tmp_path, content + "\n" * 1024 * 1024, caps=Caps(file_bytes=1024 * 1024))
    long = calendar(event("1", NEW_YORK + "20270614T090000", "DESCRIPTION:" + "x" * 110_000))
    [fault] = read_appointments(tmp_path, long).faults
    assert "longer than 100,000 characters" in fault.reason
    endless = calendar(
        *(
            event(str(n), NEW_YORK + "20270614T090000", "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30")
            for n in "12"
        )
    )
    with pytest.raises(FileRefused, match="The calendar takes over 1 seconds to open"):
        read_appointments(tmp_path, endless, caps=Caps(seconds=1))
