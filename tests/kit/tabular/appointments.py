"""Files of appointments as offices export them, and reading them to records."""

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from msgspec import Struct

from shared.domain.files.appointments import VisitRange
from shared.domain.files.source import SourceFormat
from shared.tabular.caps import Caps
from shared.tabular.raw_table import Fault
from shared.tabular.table import DEFAULT_CAPS, open_table

TODAY = date(2027, 6, 1)


class ReadAppointments(Struct, frozen=True, kw_only=True):
    """A file of appointments read to its end: `rows` by column, `faults` in their order, what is told."""

    rows: list[dict[str, str]]
    faults: list[Fault]
    notes: Sequence[str]

    def column(self, *names: str) -> list[tuple[str, ...]]:
        """Some cells of each row."""
        return [tuple(row.get(name, "") for name in names) for row in self.rows]


def read_appointments(
    folder: Path,
    content: str | bytes,
    *,
    time_zone: str = "America/New_York",
    today: date = TODAY,
    days: int = 180,
    form: SourceFormat | None = None,
    caps: Caps = DEFAULT_CAPS,
) -> ReadAppointments:
    """The records of such a file. Empty cells are left out."""
    path = folder / "upload"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    visits = VisitRange(first_day=today, time_zone=time_zone, days=days)
    with open_table(path, form=form, visits=visits, caps=caps) as table:
        records = list(table.records)
        return ReadAppointments(
            rows=[
                {name: cell for name, cell in zip(table.header, record.cells, strict=True) if cell}
                for record in records
                if record.fault is None
            ],
            faults=[record.fault for record in records if record.fault is not None],
            notes=[*table.notes, *table.late_notes],
        )


def calendar(*events: str, head: Sequence[str] = (), method: str = "", end: str = "\r\n") -> str:
    """An iCalendar file. `events` and `head` are its lines, as event() makes them."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Example Office//Desk//EN"]
    lines += [f"METHOD:{method}"] if method else []
    return end.join(
        [*lines, *head, *(line for one in events for line in one.split("\n")), "END:VCALENDAR", ""]
    )


def event(uid: str, *lines: str) -> str:
    """One appointment's lines."""
    return "\n".join(["BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20270501T120000Z", *lines, "END:VEVENT"])


# A visit that comes at whatever moment a test plays.
VISIT = (
    "DTSTART;TZID=America/New_York:20990614T090000",
    "ATTENDEE;CN=Ana;X-PHONE=+12125550187:mailto:ana@patients.example",
)
GOOGLE = calendar(
    event(
        "7kq2v9d@google.com",
        "DTSTART:20270614T130000Z",
        "DTEND:20270614T133000Z",
        "ORGANIZER;CN=Dr. Vega:mailto:vega@north-clinic.example",
        "ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;CN=vega@north-cli"
        "\n nic.example;X-NUM-GUESTS=0:mailto:vega@north-clinic.example",
        "ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE"
        "\n ;CN=Ana Ibáñez;X-NUM-GUESTS=0:mailto:ana@patients.example",
        "DESCRIPTION:Phone: (212) 555-0187<br>Reason\\, as told: knee\\; left<br><br>Join by phone: "
        "+1 646 555 0199 PIN: 123 456 789#",
        "LOCATION:1 Main St\\, Suite 4\\, New York",
        "SEQUENCE:0",
        "STATUS:CONFIRMED",
        "SUMMARY:Check-up",
        "TRANSP:OPAQUE",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        "DESCRIPTION:This is an event reminder",
        "TRIGGER:-P0DT0H30M0S",
        "END:VALARM",
    ),
    head=["CALSCALE:GREGORIAN", "X-WR-CALNAME:Dr. Vega", "X-WR-TIMEZONE:America/New_York"],
    method="PUBLISH",
)
EASTERN = [
    "BEGIN:VTIMEZONE",
    "TZID:Eastern Standard Time",
    "BEGIN:STANDARD",
    "DTSTART:16010101T020000",
    "TZOFFSETFROM:-0400",
    "TZOFFSETTO:-0500",
    "RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=1SU;BYMONTH=11",
    "END:STANDARD",
    "BEGIN:DAYLIGHT",
    "DTSTART:16010101T020000",
    "TZOFFSETFROM:-0500",
    "TZOFFSETTO:-0400",
    "RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=2SU;BYMONTH=3",
    "END:DAYLIGHT",
    "END:VTIMEZONE",
]
OUTLOOK = calendar(
    event(
        "040000008200E00074C5B7101A82E008",
        "ORGANIZER;CN=Front Desk:mailto:desk@north-clinic.example",
        'ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE;CN="Lopez, Ben":mailto:ben@patients.'
        "\n\texample",
        "ATTENDEE;CUTYPE=RESOURCE;ROLE=NON-PARTICIPANT;CN=Room 2:mailto:room2@north-clinic.example",
        "DESCRIPTION;LANGUAGE=en-US:Mobile: 212-555-0165\\nPlease come fasting.\\n",
        "SUMMARY;LANGUAGE=en-US:Blood test",
        "DTSTART;TZID=Eastern Standard Time:20271101T090000",
        "DTEND;TZID=Eastern Standard Time:20271101T091500",
        "RRULE:FREQ=WEEKLY;COUNT=3;INTERVAL=1;BYDAY=MO;WKST=SU",
        "CLASS:PUBLIC",
        "SEQUENCE:0",
        "STATUS:CONFIRMED",
        "X-MICROSOFT-CDO-BUSYSTATUS:BUSY",
        "LOCATION;LANGUAGE=en-US:North Clinic",
    ),
    head=EASTERN,
    method="REQUEST",
)
APPLE = calendar(
    event(
        "5A1F6B1E-0C2D-4E58-9D0C-3B6C7F7F0001",
        "DTSTART;TZID=America/Chicago:20270615T101500",
        "DURATION:PT45M",
        "SUMMARY:Cleo – cleaning",
        'ATTENDEE;CN="Cleo";CUTYPE=INDIVIDUAL;EMAIL="cleo@patients.example";PARTSTAT=NEEDS-ACTION:tel:+1-312-555-0'
        "\n 144",
        "X-APPLE-TRAVEL-ADVISORY-BEHAVIOR:AUTOMATIC",
        "SEQUENCE:1",
    ),
    event(
        "5A1F6B1E-0C2D-4E58-9D0C-3B6C7F7F0002", "DTSTART;VALUE=DATE:20270616", "SUMMARY:Flu shots, all day"
    ),
    end="\n",
)

EPIC = (
    "MSH|^~\\&|EPIC|NORTH|ROLLCALL|NORTH|20270601120000-0400||SIU^S12^SIU_S12|MSG0001|P|2.5.1||||||"
    "UNICODE UTF-8\r"
    "SCH|1001^EPIC|2001^EPIC|||||FOLLOWUP^Follow-up visit^L|OFFICE^Office visit^L|30|min|"
    "^^30^20270614090000-0400^20270614093000-0400|||||^Vega^Maria|^WPN^PH^^1^212^5550100||||||||Booked\r"
    "NTE|1||Please bring your card\r"
    "PID|1||99^^^SSA^SS~12345^^^NORTH^MR||Ibáñez^Ana^M^^Ms||19800102|F|||1 Main St^^New York^NY^10001||"
    "(212)555-0187^PRN^PH^^1^212^5550187~(646)555-0188^PRN^CP^^1^646^5550188~"
    "^NET^Internet^ana@patients.example|(212)555-0189^WPN^PH\r"
    "PV1|1|O|CLINIC^^^NORTH\r"
    "RGS|1|A\r"
    "AIS|1|A|CHK^Check \\T\\ follow-up \\S\\ knee\\.br\\left^L|20270614090000-0400|||30|min\r"
    "AIG|1|A|ROOM2^Room 2|ROOM\r"
    "AIL|1|A|NC^^^North Clinic^^^^^Main Street Office|||20270614090000-0400\r"
    "AIP|1|A|77^Vega^Maria^^^Dr^MD|PHYS\r"
)


def siu(
    appointment_id: str,
    *,
    event: str = "S12",
    start: str = "20270614090000",
    first: str = "Ana",
    phone: str = "(212)555-0187",
    charset: str = "",
    end: str = "\r",
) -> str:
    """A short SIU message."""
    lines = (
        f"MSH|^~\\&|DESK|NORTH|||20270601||SIU^{event}|M{appointment_id}|P|2.3.1||||||{charset}",
        f"SCH|{appointment_id}||||||||||^^^{start}",
        f"PID|1||P{appointment_id}||Lopez^{first}||||||||{phone}",
    )
    return end.join([*lines, ""])


FHIR_PATIENT: dict[str, Any] = {
    "resourceType": "Patient",
    "id": "p1",
    "identifier": [{"system": "urn:mrn", "value": "12345"}],
    "name": [
        {"use": "old", "family": "Before", "given": ["Ana"]},
        {"use": "official", "family": "Ibáñez", "given": ["Ana", "María"]},
    ],
    "telecom": [
        {"system": "phone", "use": "home", "value": "(646) 555-0189"},
        {"system": "phone", "use": "mobile", "value": "(646) 555-0188"},
        {"system": "phone", "use": "work", "rank": 1, "value": "+1 212 555 0187"},
        {"system": "phone", "use": "old", "value": "(646) 555-0100"},
        {"system": "fax", "value": "(646) 555-0101"},
        {"system": "email", "value": "ana@patients.example"},
    ],
}


def appointment(appointment_id: str, **changes: Any) -> dict[str, Any]:
    """A FHIR appointment with the patient p1, or with `actor`. What is None is left out."""
    actor = changes.pop("actor", {"reference": "Patient/p1"})
    content = {
        "resourceType": "Appointment",
        "id": appointment_id,
        "status": "booked",
        "start": "2027-06-14T09:00:00-04:00",
        "end": "2027-06-14T09:30:00-04:00",
        "participant": [{"actor": actor, "status": "accepted"}],
    } | changes
    return {name: value for name, value in content.items() if value is not None}


def bundle(*contents: dict[str, Any] | tuple[str, dict[str, Any]]) -> str:
    """A Bundle of these resources; some with their fullUrl."""
    entries = [
        {"fullUrl": one[0], "resource": one[1]} if isinstance(one, tuple) else {"resource": one}
        for one in contents
    ]
    return json.dumps({"resourceType": "Bundle", "type": "searchset", "entry": entries})
