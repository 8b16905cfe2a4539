"""Appointments of an HL7 version 2 file: SIU messages, of which the last on each appointment counts."""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from zoneinfo import ZoneInfo

from shared.domain.files.appointments import CANCELED, CHANGED, NEW, VisitRange
from shared.tabular.appointments.entry import Entry, LeftOut, moment_cells, whole_day_cells
from shared.tabular.appointments.hl7_fields import Hl7Message, MessageUnreadable, moment_of
from shared.tabular.appointments.hl7_messages import RawMessage, raw_messages
from shared.tabular.appointments.hl7_people import (
    live,
    location_of,
    patient_cells,
    provider_of,
    service_of,
)

# S18 to S22 add, change, stop, cancel or take away a service or resource: the appointment stays.
_EVENTS: Mapping[str, str] = MappingProxyType(
    {
        "S12": NEW,
        **dict.fromkeys(("S13", "S14", "S18", "S19", "S20", "S21", "S22"), CHANGED),
        **dict.fromkeys(("S15", "S16", "S17", "S26"), CANCELED),  # canceled, stopped, deleted, no-show
    }
)
_OVER = ("cancelled", "canceled", "dc", "discontinued", "deleted", "noshow", "no show", "no-show")
_MINUTES = {"": 1, "min": 1, "m": 1, "minutes": 1, "hr": 60, "h": 60, "hours": 60, "s": 1 / 60, "sec": 1 / 60}


class Hl7Reader:
    """An HL7 file, gone through twice: first for the last message on each appointment."""

    def __init__(self, path: Path, visits: VisitRange) -> None:
        """Find the messages. Raises FileRefused."""
        self._path, self._visits = path, visits
        self._size = max(1, path.stat().st_size)
        self._left_out = LeftOut()
        self._last: dict[str, int] = {}
        for raw in raw_messages(path):
            if name := _quick_id(raw):
                self._last[name] = raw.line

    def entries(self) -> Iterator[Entry]:
        """The appointments in the order of their last messages."""
        for raw in raw_messages(self._path):
            percent = min(100, raw.position * 100 // self._size)
            for entry in self._message(raw):
                yield Entry(values=entry.values, percent=percent, fault=entry.fault, column=entry.column)

    def notes(self) -> list[str]:
        """What was left out."""
        return self._left_out.notes()

    def _message(self, raw: RawMessage) -> Iterator[Entry]:
        name = _quick_id(raw)
        if name and self._last[name] != raw.line:
            return  # a later one has the last word
        event = ""
        cells: dict[str, str] = {}
        try:
            message = Hl7Message(raw)
            kind, event = _type_of(message)
            if kind != "SIU" or event not in _EVENTS:
                self._left_out.add(
                    f"left out, as {kind}^{event} is no message about one (SIU^S12 to S22, S26)."
                )
                return
            cells = _cells(message, event, name)
            if cells["change"] == CANCELED:
                yield Entry(values=cells)
                return
            cells |= self._when(message)
        except MessageUnreadable as unreadable:
            yield Entry(values=cells, fault=f"the message in line {raw.line:,} of the file: {unreadable}")
            return
        if cells["useful_until"][:10] < self._visits.first_day.isoformat():
            self._left_out.add(f"left out, as it was before {self._visits.first_day}.")
            return
        patients = message.segments("PID") or [None]
        yield from (Entry(values=cells | patient_cells(message, pid)) for pid in patients)

    def _when(self, message: Hl7Message) -> dict[str, str]:
        home = ZoneInfo(self._visits.time_zone)
        start, end = _start(message), _end(message)
        if not isinstance(start, datetime):
            return whole_day_cells(start, start + timedelta(days=1), home)
        begins = start if start.tzinfo else start.replace(tzinfo=home)
        if end is None:
            return moment_cells(begins, begins + length if (length := _length(message)) else None, home)
        ends = end if end.tzinfo else end.replace(tzinfo=home)
        return moment_cells(begins, ends, home)


def _quick_id(raw: RawMessage) -> str:
    """The appointment's id: the placer's (SCH-1), or else the filler's (SCH-2), without parsing the rest."""
    separators = raw.segments[0][3:8]
    field, component = separators[:1], separators[1:2]
    for segment in raw.segments:
        if not (segment.startswith(b"SCH") and field and component):
            continue
        fields = segment.split(field)
        for number in (1, 2):
            name = fields[number].split(component)[0].strip() if len(fields) > number else b""
            if name and name != b'""':
                occurrence = fields[3].strip() if len(fields) > 3 else b""
                suffix = b"#" + occurrence if re.fullmatch(rb"[1-9]\d*", occurrence) else b""
                return (name + suffix).decode("utf-8", "replace")
    return ""


def _type_of(message: Hl7Message) -> tuple[str, str]:
    header = message.first("MSH")
    return message.value(header, 9).upper(), message.value(header, 9, 2).upper()


def _cells(message: Hl7Message, event: str, name: str) -> dict[str, str]:
    sch = message.first("SCH")
    status = message.value(sch, 25, 2) or message.value(sch, 25)
    if not name:
        raise MessageUnreadable("it has no id of the appointment (SCH-1 or SCH-2)")
    is_over = status.casefold() in _OVER or message.value(sch, 25).casefold() in _OVER
    return {
        "appointment_id": name,
        "change": CANCELED if is_over else _EVENTS[event],
        "event": event,
        "status": status.casefold(),
        "service": service_of(message),
        "reason": message.value(sch, 7, 2) or message.value(sch, 7),
        "location": location_of(message),
        "provider": provider_of(message),
    }


def _start(message: Hl7Message) -> date:
    """The start: the appointment's own (SCH-11, TQ1-7), or that of its first service, place or provider."""
    found = [message.value(message.first("SCH"), 11, 4), message.value(message.first("TQ1"), 7)]
    for name, number in (("AIS", 4), ("AIL", 6), ("AIP", 6), ("AIG", 8)):
        found += [message.value(segment, number) for segment in live(message, name)]
    text = next(filter(None, found), "")
    if not text:
        raise MessageUnreadable("it has no start (SCH-11, TQ1-7 or AIS-4)")
    return moment_of(text)


def _end(message: Hl7Message) -> datetime | None:
    text = message.value(message.first("SCH"), 11, 5) or message.value(message.first("TQ1"), 8)
    with suppress(MessageUnreadable):  # nothing hangs on it
        end = moment_of(text) if text else None
        return end if isinstance(end, datetime) else None
    return None


def _length(message: Hl7Message) -> timedelta | None:
    """How long it takes: SCH-9 and SCH-10, or AIS-7 and AIS-8."""
    services = live(message, "AIS")
    for segment, number in ((message.first("SCH"), 9), (services[0] if services else None, 7)):
        amount, unit = message.value(segment, number), message.value(segment, number + 1).casefold()
        if re.fullmatch(r"[1-9]\d{0,4}", amount) and unit in _MINUTES:
            return timedelta(minutes=int(amount) * _MINUTES[unit])
    return None
