"""One appointment of a calendar as it stands in the file, and its cells."""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
from msgspec import Struct

from shared.domain.files.cell import LOST, UNREADABLE
from shared.domain.record import replace
from shared.tabular.appointments.addresses import with_scheme
from shared.tabular.appointments.calendar_blocks import Block
from shared.tabular.appointments.calendar_times import EventUnreadable, shown_zone, with_zone
from shared.tabular.appointments.entry import moment_cells, whole_day_cells
from shared.tabular.appointments.phones_in_text import plain_text

# What is left out of an appointment without harm when its line cannot be read, is not among these.
_ESSENTIAL = re.compile(
    r"(?:.*into parts: ')?(?:DTSTART|DTEND|DURATION|RRULE|RDATE|EXDATE|ATTENDEE|UID|RECURRENCE-ID)\b"
)


class CalendarEvent(Struct, frozen=True, kw_only=True):
    """An appointment, where it stands, and the zone of its times that name none.

    `recurrence_id` says which visit of a series it is; empty for a whole series and for a single one.
    """

    event: icalendar.Event
    block: Block
    home: ZoneInfo
    is_canceled: bool
    recurrence_id: str = ""

    @property
    def appointment_id(self) -> str:
        """What the appointment is called."""
        uid = self.block.uid.strip()
        return f"{uid}#{self.recurrence_id}" if self.recurrence_id else uid


def read_event(raw: bytes, block: Block, home: ZoneInfo, method: str) -> CalendarEvent:
    """Read one appointment. Raises EventUnreadable."""
    if not block.is_whole:
        raise EventUnreadable("it is cut off or too long: there is no END:VEVENT where it should be")
    try:
        # What has no meaning in UTF-8 is marked as lost, so that only a row whose fields have it is rejected.
        text = UNREADABLE.sub(LOST, raw.decode("utf-8", "surrogateescape"))
        event: Any = icalendar.Event.from_ical(text)
    except (ValueError, TypeError, AttributeError, KeyError, IndexError) as error:
        raise EventUnreadable(f"it cannot be read ({error})") from None
    for name, message in event.errors:
        if _ESSENTIAL.match(name or message):
            raise EventUnreadable(f"{name or 'a line'} cannot be read ({message})", event)
    if block.uid.startswith("\n"):
        reason = "it has no UID, so that a later change of it could not be told from a new one"
        raise EventUnreadable(reason, event)
    status = str(event.get("STATUS", "")).strip().upper()
    return CalendarEvent(
        event=event,
        block=block,
        home=home,
        is_canceled=method == "CANCEL" or status in ("CANCELLED", "CANCELED"),
        recurrence_id=recurrence_id(event, home) if block.is_override else "",
    )


def recurrence_id(event: icalendar.Event, home: ZoneInfo) -> str:
    """Which visit of its series the event is, the same however it is written."""
    return visit_name(with_zone(event["RECURRENCE-ID"], "RECURRENCE-ID", home))


def visit_name(value: date) -> str:
    """What a visit of a series is called by the time it was first planned for."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    return value.strftime("%Y%m%d")


def at_times_of(master: CalendarEvent, overrides: Iterable[CalendarEvent]) -> Iterator[CalendarEvent]:
    """The changed visits of a series, each called by the time of its visit.

    Some programs name the day alone where the series has a time.
    """
    try:
        start = with_zone(master.event["DTSTART"], "DTSTART", master.home)
    except (EventUnreadable, KeyError):
        start = None
    for one in overrides:
        if not isinstance(start, datetime) or len(one.recurrence_id) != len("20270614"):
            yield one
            continue
        day = date.fromisoformat(one.recurrence_id)
        planned = datetime.combine(day, start.time(), start.tzinfo)
        one.event["RECURRENCE-ID"] = icalendar.vDDDTypes(planned)
        yield replace(one, recurrence_id=visit_name(planned))


def when_cells(event: icalendar.Event, home: ZoneInfo) -> dict[str, str]:
    """The cells that say when it is. Raises EventUnreadable."""
    if "DTSTART" not in event:
        raise EventUnreadable("it has no start (DTSTART)")
    start = with_zone(event["DTSTART"], "DTSTART", home)
    end = _end(event, start, home)
    if isinstance(start, datetime):
        return moment_cells(start, end if isinstance(end, datetime) else None, shown_zone(start, home))
    until = end if isinstance(end, date) and not isinstance(end, datetime) else start + timedelta(days=1)
    return whole_day_cells(start, until, home)


def _end(event: icalendar.Event, start: date, home: ZoneInfo) -> date | None:
    if "DTEND" in event:
        return with_zone(event["DTEND"], "DTEND", home)
    if "DURATION" not in event:
        return None
    try:
        duration: Any = event["DURATION"]
        return start + duration.dt  # type: ignore[no-any-return]
    except (ValueError, AttributeError, TypeError, OverflowError) as error:
        raise EventUnreadable(f"DURATION is not a duration such as PT30M ({error})") from None


def text_cells(event: icalendar.Event) -> dict[str, str]:
    """The cells that say what it is and where."""
    organizer = event.get("ORGANIZER", "")
    scheme, address = with_scheme(str(organizer))
    name = str(getattr(organizer, "params", {}).get("CN", "")).strip().strip('"')
    return {
        "sequence": str(event.get("SEQUENCE", "")),
        "status": str(event.get("STATUS", "")).strip().lower(),
        "summary": _text(event, "SUMMARY"),
        "description": plain_text(_text(event, "DESCRIPTION")),
        "location": _text(event, "LOCATION"),
        "organizer": "" if "@" in name else name,
        "organizer_email": address if "@" in address and scheme in ("mailto", "") else "",
    }


def _text(event: icalendar.Event, name: str) -> str:
    found = event.get(name, "")
    return str(found[0] if isinstance(found, list) else found).strip()
