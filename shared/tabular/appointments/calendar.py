"""Appointments of an iCalendar file: one record for each visit and each person it is with."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO
from zoneinfo import ZoneInfo

import icalendar

from shared.domain.files.appointments import CANCELED, CHANGED, NEW, VisitRange
from shared.tabular.appointments.calendar_blocks import Block, find_blocks
from shared.tabular.appointments.calendar_event import (
    CalendarEvent,
    at_times_of,
    read_event,
    recurrence_id,
    text_cells,
    visit_name,
    when_cells,
)
from shared.tabular.appointments.calendar_people import people_of
from shared.tabular.appointments.calendar_series import excluded_of, expand, rules_of
from shared.tabular.appointments.calendar_times import EventUnreadable, Zones
from shared.tabular.appointments.entry import Entry, LeftOut

_ANSWERS = ("REPLY", "COUNTER", "REFRESH", "DECLINECOUNTER")
_SHOWN = 60  # characters of a title in a reason


class CalendarReader:
    """An iCalendar file. Of each appointment its last version counts: by SEQUENCE, then by its place."""

    def __init__(self, path: Path, visits: VisitRange) -> None:
        """Find the appointments. Raises FileRefused."""
        self._path, self._visits = path, visits
        self._size = max(1, path.stat().st_size)
        self._contents = find_blocks(path)
        self._zones = Zones(self._contents.calendars, ZoneInfo(visits.time_zone))
        self._left_out = LeftOut()

    def entries(self) -> Iterator[Entry]:
        """The appointments, series by series."""
        with self._path.open("rb") as stream:
            for blocks in self._contents.groups.values():
                percent = min(100, (blocks[-1].start + blocks[-1].size) * 100 // self._size)
                for entry in self._group(stream, blocks):
                    yield Entry(values=entry.values, percent=percent, fault=entry.fault, column=entry.column)

    def notes(self) -> list[str]:
        """What was left out, and whether the file ends in the middle."""
        cut_off = ["The calendar ends in the middle: what came after is missing. Export it again."]
        return [*self._left_out.notes(), *(cut_off if self._contents.is_cut_off else [])]

    def _group(self, stream: BinaryIO, blocks: list[Block]) -> Iterator[Entry]:
        """One appointment or one series, with all its versions."""
        last: dict[str, CalendarEvent] = {}
        for block in blocks:
            method = self._contents.calendars[block.calendar].method
            if method in _ANSWERS:
                self._left_out.add("left out, as it is an answer to an invitation (METHOD:" + method + ").")
                continue
            stream.seek(block.start)
            raw = stream.read(block.size) if block.is_whole else b""
            home = self._zones.use(block.calendar)
            try:
                read = read_event(raw, block, home, method)
            except EventUnreadable as unreadable:
                yield _rejected(block, unreadable.event, str(unreadable))
                continue
            known = last.get(read.recurrence_id)
            if known is None or block.sequence >= known.block.sequence:
                last[read.recurrence_id] = read
        if last:
            yield from self._series(last)

    def _series(self, last: Mapping[str, CalendarEvent]) -> Iterator[Entry]:
        master = last.get("")
        if master is not None and master.is_canceled:
            yield _canceled(master, master.appointment_id)
            return
        overrides = {one.recurrence_id: one for one in last.values() if one is not master}
        if master is not None:
            overrides = {one.recurrence_id: one for one in at_times_of(master, overrides.values())}
        yield from (_canceled(one, one.appointment_id) for one in overrides.values() if one.is_canceled)
        live = {name: one for name, one in overrides.items() if not one.is_canceled}
        if master is None:
            for one in live.values():
                yield from self._visit(one, one.event, one.recurrence_id, CHANGED)
        elif rules_of(master.event) or "RDATE" in master.event or overrides:
            try:
                yield from self._expanded(master, overrides, live)
            except EventUnreadable as unreadable:
                yield _rejected(master.block, master.event, str(unreadable))
        else:
            yield from self._visit(master, master.event, "", CHANGED if master.block.sequence else NEW)

    def _expanded(
        self,
        master: CalendarEvent,
        overrides: Mapping[str, CalendarEvent],
        live: Mapping[str, CalendarEvent],
    ) -> Iterator[Entry]:
        when_cells(master.event, master.home)  # says what is wrong with the start before a rule needs it
        found = expand(master.event, [one.event for one in live.values()], self._visits, master.home)
        if not found:
            self._left_out.add(
                f"left out, as it is a series without a visit in the {self._visits.days} days from "
                f"{self._visits.first_day} or from its first one (see days_ahead of the source)."
            )
        for event in found:
            name = recurrence_id(event, master.home)
            if name in overrides and name not in live:
                continue  # canceled
            one = live.get(name, master)
            yield from self._visit(one, event, name, CHANGED if name in live or one.block.sequence else NEW)
        for excluded in excluded_of(master.event, self._visits, master.home):
            yield _canceled(master, f"{master.appointment_id}#{visit_name(excluded)}")

    def _visit(self, one: CalendarEvent, event: icalendar.Event, name: str, change: str) -> Iterator[Entry]:
        """The records of one visit: one for each person."""
        uid = one.block.uid
        cells = {
            "appointment_id": f"{uid}#{name}" if name else uid,
            "series_id": uid if name else "",
            "uid": uid,
            "recurrence_id": name,
            "change": change,
        }
        try:
            cells |= text_cells(event) | when_cells(event, one.home)
        except EventUnreadable as unreadable:
            yield _rejected(one.block, event, str(unreadable), cells)
            return
        people, declined = people_of(event)
        if declined and not people:
            yield Entry(values=cells | {"change": CANCELED})
        elif cells["useful_until"][:10] < self._visits.first_day.isoformat():
            self._left_out.add(f"left out, as it was before {self._visits.first_day}.")
        else:
            yield from (Entry(values=cells | person.cells()) for person in people)


def _canceled(one: CalendarEvent, appointment_id: str) -> Entry:
    cells = {"appointment_id": appointment_id, "uid": one.block.uid, "change": CANCELED}
    return Entry(values=cells | text_cells(one.event))


def _rejected(
    block: Block, event: icalendar.Event | None, reason: str, cells: Mapping[str, str] | None = None
) -> Entry:
    """An appointment that cannot be taken, with as many of its cells as can be read."""
    known = dict(cells or {})
    if event is not None:
        with suppress(EventUnreadable, ValueError):
            uid = block.uid.strip() if not block.uid.startswith("\n") else ""
            known = {"appointment_id": uid, "uid": uid, "change": NEW} | known | text_cells(event)
            people, _ = people_of(event)
            known |= people[0].cells() if len(people) == 1 else {}
    title = known.get("summary", "")[:_SHOWN]
    what = f"the appointment {title!r}" if title else "the appointment"
    return Entry(values=known, fault=f"{what} in line {block.line:,} of the file: {reason}")
