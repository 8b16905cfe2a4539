"""SIU messages as clinics' systems write them: what they say, how they end lines, and what cannot be read."""

from pathlib import Path

import pytest

from shared.domain.files.file import FileRefused
from shared.domain.files.source import SourceFormat
from tests.kit.tabular.appointments import EPIC, read_appointments, siu


def test_a_message_as_epic_writes_it(tmp_path: Path) -> None:
    [row] = read_appointments(tmp_path, EPIC).rows
    assert row == {
        "appointment_id": "1001",
        "change": "new",
        "event": "S12",
        "status": "booked",
        "person_id": "12345",
        "name": "Ana Ibáñez",
        "first_name": "Ana",
        "last_name": "Ibáñez",
        "phone": "(646)555-0188",  # the mobile one first, whatever its place
        "phone_2": "(212)555-0187",
        "email": "ana@patients.example",
        "start": "2027-06-14T09:00:00-04:00",
        "start_date": "2027-06-14",
        "start_time": "09:00",
        "end": "2027-06-14T09:30:00-04:00",
        "all_day": "no",
        "useful_until": "2027-06-14T09:00:00-04:00",
        "time_zone": "America/New_York",
        "service": "Check & follow-up ^ knee\rleft",
        "reason": "Follow-up visit",
        "location": "Main Street Office",
        "provider": "Dr Maria Vega",
    }


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
@pytest.mark.parametrize("framed", [False, True])
def test_segments_end_as_they_may_and_messages_stand_in_envelopes(
    tmp_path: Path, end: str, framed: bool
) -> None:
    one, two = siu("1", end=end), siu("2", event="S15", end=end)
    if framed:
        content = f"\x0b{one}\x1c\r\x0b{two}\x1c\r"
    else:
        head = f"FHS|^~\\&|EPIC|NORTH{end}BHS|^~\\&|EPIC|NORTH{end}"
        content = f"{head}{one}{two}BTS|2{end}FTS|1{end}"
    read = read_appointments(tmp_path, content)
    assert read.column("appointment_id", "change") == [("1", "new"), ("2", "canceled")]
    assert read.faults == []


@pytest.mark.parametrize(
    ("event", "change"),
    [
        ("S12", "new"),
        ("S13", "changed"),
        ("S14", "changed"),
        ("S18", "changed"),
        ("S15", "canceled"),
        ("S16", "canceled"),
        ("S17", "canceled"),
        ("S26", "canceled"),
    ],
)
def test_what_an_event_says(tmp_path: Path, event: str, change: str) -> None:
    assert read_appointments(tmp_path, siu("1", event=event)).column("change", "event") == [(change, event)]


def test_the_last_message_on_an_appointment_counts(tmp_path: Path) -> None:
    content = siu("1") + siu("2", event="S15") + siu("1", event="S13", start="20270615100000") + siu("2")
    read = read_appointments(tmp_path, content)
    assert read.column("appointment_id", "change", "start_date") == [
        ("1", "changed", "2027-06-15"),
        ("2", "new", "2027-06-14"),
    ]


@pytest.mark.parametrize(
    ("written", "start"),
    [
        ("202706140900", "2027-06-14T09:00:00-06:00"),
        ("2027061409", "2027-06-14T09:00:00-06:00"),
        ("20270614090000.1234", "2027-06-14T09:00:00-06:00"),
        ("20270614090000-0400", "2027-06-14T07:00:00-06:00"),
        ("202706141500+0000", "2027-06-14T09:00:00-06:00"),
        ("20270614090000&M", "2027-06-14T09:00:00-06:00"),
        ("20270614", None),
    ],
)
def test_times_of_every_precision(tmp_path: Path, written: str, start: str | None) -> None:
    [row] = read_appointments(tmp_path, siu("1", start=written), time_zone="America/Denver").rows
    assert row.get("start") == start
    assert (row["start_date"], row["all_day"]) == ("2027-06-14", "no" if start else "yes")


def test_delimiters_and_escapes_of_the_messages_own(tmp_path: Path) -> None:
    [row] = read_appointments(
        tmp_path,
        "MSH#@!*%#EPIC#NORTH#ROLLCALL#NORTH#20270601##SIU@S12#M1#P#2.3\r"
        "SCH#77@EPIC##########@@30@20270614090000\r"
        "PID#1##9##Lopez@Ben##19700101#M######2125550165!@@CP@@@646@5550166\r"
        "AIS#1##X@Cut *T* sew *F* press#\r",
    ).rows
    assert (row["appointment_id"], row["name"], row["service"]) == ("77", "Ben Lopez", "Cut % sew # press")
    assert (row["phone"], row["phone_2"]) == ("646 5550166", "2125550165")


@pytest.mark.parametrize(
    ("charset", "encoding"),
    [
        ("8859/1", "latin-1"),
        ("UNICODE UTF-8", "utf-8"),
        ("", "utf-8"),
        ("", "cp1252"),
        ("8859/2", "iso8859_2"),
    ],
)
def test_character_sets(tmp_path: Path, charset: str, encoding: str) -> None:
    name = "Žofie" if encoding == "iso8859_2" else "Zoë"
    content = siu("1", first=name, charset=charset).encode(encoding)
    assert read_appointments(tmp_path, content).column("first_name") == [(name,)]


def test_several_patients_and_other_places_of_the_start(tmp_path: Path) -> None:
    content = (
        "MSH|^~\\&|LAB|SOUTH|||20270601||SIU^S12|M9|P|2.5\r"
        "SCH||F-9^LAB|||||^Group session\r"
        "TQ1|1||||||202706141000|202706141130\r"
        "PID|1||1||A^Ana||||||||212-555-0181\r"
        "PID|2||2||B^Ben||||||||212-555-0182^PRN^FX~212-555-0183\r"
        "AIL|1||NC^^^North Clinic\r"
        "AIL|2|D|OLD^^^Old Clinic\r"
        "AIG|1||V^Dr Vega|PHYSICIAN\r"
    )
    read = read_appointments(tmp_path, content)
    assert read.column("appointment_id", "name", "phone", "location", "provider", "reason") == [
        ("F-9", "Ana A", "212-555-0181", "North Clinic", "Dr Vega", "Group session"),
        ("F-9", "Ben B", "212-555-0183", "North Clinic", "Dr Vega", "Group session"),
    ]
    assert {row["end"] for row in read.rows} == {"2027-06-14T11:30:00-04:00"}


@pytest.mark.parametrize("kind", ["DOCTOR", "Doc^Attending doctor", "CLN^Clinician", "PROV"])
def test_a_resource_that_is_a_person_is_whom_the_patient_sees(tmp_path: Path, kind: str) -> None:
    content = siu("1") + f"AIG|1||ROOM7^Room 7|ROOM\rAIG|2||L^Dr Lin|{kind}\r"
    assert read_appointments(tmp_path, content).column("provider") == [("Dr Lin",)]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (siu("1", start="soon"), "its time 'soon' is not a day or time such as 20270614"),
        (siu("1", start="20270231"), "its time '20270231' is not"),
        (siu("1", start=""), "it has no start (SCH-11, TQ1-7 or AIS-4)"),
        (siu(""), "it has no id of the appointment (SCH-1 or SCH-2)"),
        (siu("1", charset="KLINGON"), "its character set 'KLINGON' (MSH-18) is not read"),
        ("MSH|^~|A\rSCH|1\r", "MSH-2 does not name the delimiters"),
    ],
)
def test_what_cannot_be_read_is_rejected_with_its_line(tmp_path: Path, content: str, reason: str) -> None:
    read = read_appointments(tmp_path, siu("0") + content)
    [fault] = read.faults
    line = siu("0").count("\r") + 1
    assert fault.reason.startswith(f"the message in line {line} of the file: {reason}")
    assert read.column("appointment_id") == [("0",)]


def test_messages_of_other_kinds_are_left_out_and_told(tmp_path: Path) -> None:
    other = "MSH|^~\\&|EPIC|NORTH|||20270601||ADT^A04|M1|P|2.3\rPID|1||5||Roe^Jo\r"
    over = siu("2", start="20270531")
    read = read_appointments(tmp_path, other + siu("1") + over)
    assert read.column("appointment_id") == [("1",)]
    assert read.notes == [
        "1 appointment was left out, as ADT^A04 is no message about one (SIU^S12 to S22, S26).",
        "1 appointment was left out, as it was before 2027-06-01.",
    ]


def test_a_calendar_source_refuses_messages_and_a_message_without_end_the_file(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match=r"HL7 messages .version 2., and this source takes a calendar"):
        read_appointments(tmp_path, EPIC, form=SourceFormat.ICALENDAR)
    with pytest.raises(FileRefused, match="has more than 4,000,000 bytes"):
        read_appointments(tmp_path, siu("1") + "NTE|1||" + "x" * 5_000_000)
