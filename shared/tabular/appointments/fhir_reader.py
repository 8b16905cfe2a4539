"""Appointments of a FHIR file (R4, R4B and R5), of which the last version of each counts."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from shared.domain.files.appointments import CANCELED, CHANGED, NEW, VisitRange
from shared.domain.place import find_zones
from shared.tabular.appointments.entry import Entry, LeftOut, moment_cells, whole_day_cells
from shared.tabular.appointments.fhir_directory import Actor, Directory, contained_of, objects, text
from shared.tabular.appointments.fhir_resources import Resource, resources

_CANCELED = ("cancelled", "noshow", "entered-in-error")
_NOT_AGREED = ("proposed", "pending", "waitlist")
_OVER = ("arrived", "fulfilled", "checked-in")
_BOOKED = ("booked",)
_Version = tuple[int, str, int]


class ResourceUnreadable(Exception):
    """An appointment cannot be read; the text says why and how to mend it."""


class FhirReader:
    """A FHIR file, gone through twice: first for who is meant, and the last version of each appointment."""

    def __init__(self, path: Path, visits: VisitRange) -> None:
        """Find people and versions. Raises FileRefused."""
        self._path, self._visits = path, visits
        self._size = max(1, path.stat().st_size)
        self._left_out = LeftOut()
        self._directory = Directory()
        self._last: dict[str, _Version] = {}
        for number, resource in enumerate(resources(path)):
            self._directory.add(resource)
            if name := _id_of(resource.content):
                version = _version(resource.content, number)
                self._last[name] = max(version, self._last.get(name, version))

    def entries(self) -> Iterator[Entry]:
        """The appointments in their order."""
        for number, resource in enumerate(resources(self._path)):
            if resource.content.get("resourceType") != "Appointment" and not resource.fault:
                continue
            name = _id_of(resource.content)
            if name and self._last[name] != _version(resource.content, number):
                continue
            percent = min(100, resource.position * 100 // self._size)
            for entry in self._appointment(resource):
                yield Entry(values=entry.values, percent=percent, fault=entry.fault)

    def notes(self) -> list[str]:
        """What was left out."""
        return self._left_out.notes()

    def _appointment(self, resource: Resource) -> Iterator[Entry]:
        content = resource.content
        cells: dict[str, str] = {}
        try:
            if resource.fault:
                raise ResourceUnreadable(resource.fault)
            cells, patients = self._cells(content)
            status = cells["status"]
            if cells["change"] == CANCELED:
                yield Entry(values=cells)
                return
            if status in _NOT_AGREED or status in _OVER:
                why = "not agreed on yet" if status in _NOT_AGREED else "over or begun"
                self._left_out.add(f"left out, as it is {why} (status {status}).")
                return
            cells |= self._when(content)
        except ResourceUnreadable as unreadable:
            yield Entry(values=cells, fault=f"the appointment {resource.place} of the file: {unreadable}")
            return
        if cells["useful_until"][:10] < self._visits.first_day.isoformat():
            self._left_out.add(f"left out, as it was before {self._visits.first_day}.")
            return
        yield from (Entry(values=cells | patient.cells()) for patient in patients)

    def _cells(self, content: Mapping[str, Any]) -> tuple[dict[str, str], list[Actor]]:
        name, status = text(content.get("id")), text(content.get("status")).casefold()
        if not name:
            raise ResourceUnreadable("it has no id")
        if status not in (*_CANCELED, *_NOT_AGREED, *_OVER, *_BOOKED):
            raise ResourceUnreadable(f"its status {status!r} is none of FHIR's, such as booked or cancelled")
        patients, others, is_declined = self._actors(content)
        meta = content.get("meta")
        version = text(meta.get("versionId")) if isinstance(meta, dict) else ""
        change = CHANGED if version.isdecimal() and int(version) > 1 else NEW
        cells = {
            "appointment_id": name,
            "status": status,
            "change": CANCELED if status in _CANCELED or is_declined else change,
            "service": _concept(content.get("serviceType")) or _concept([content.get("appointmentType")]),
            "description": text(content.get("description")),
            "instruction": _instruction(content.get("patientInstruction")),
            "location": _name_of(others, "Location"),
            "provider": _name_of(others, "Practitioner", "PractitionerRole"),
        }
        return cells, patients

    def _actors(self, content: Mapping[str, Any]) -> tuple[list[Actor], list[Actor], bool]:
        """The patients, the others, and whether all patients declined."""
        contained = contained_of(content)
        patients: list[Actor] = []
        others: list[Actor] = []
        declined = 0
        for participant in objects(content.get("participant")):
            reference = participant.get("actor")
            found = self._directory.find(reference, contained) if isinstance(reference, dict) else None
            if found is not None and found.kind == "Patient" and participant.get("status") == "declined":
                declined += 1
            elif found is not None:
                (patients if found.kind == "Patient" else others).append(found)
        subject = content.get("subject")  # R5
        if not patients and not declined and isinstance(subject, dict):
            patients += filter(None, [self._directory.find(subject, contained)])
        is_declined = declined > 0 and not patients
        return patients or [Actor(kind="Patient", id="", name="")], others, is_declined

    def _when(self, content: Mapping[str, Any]) -> dict[str, str]:
        home = _zone_of(content) or ZoneInfo(self._visits.time_zone)
        start = _moment(content, "start", home)
        if start is None:
            raise ResourceUnreadable("it has no start")
        end = _moment(content, "end", home)
        if not isinstance(start, datetime):
            return whole_day_cells(start, start + timedelta(days=1), home)
        minutes = content.get("minutesDuration")
        if end is None and isinstance(minutes, int) and 0 < minutes < 100_000:
            end = start + timedelta(minutes=minutes)
        return moment_cells(start, end if isinstance(end, datetime) else None, home)


def _id_of(content: Mapping[str, Any]) -> str:
    return text(content.get("id")) if content.get("resourceType") == "Appointment" else ""


def _version(content: Mapping[str, Any], number: int) -> _Version:
    """Which of two versions is later: by number, by time of change (a history goes backwards), by place."""
    meta = content.get("meta")
    meta = meta if isinstance(meta, dict) else {}
    version = text(meta.get("versionId"))
    return (int(version) if version.isdecimal() else 0, text(meta.get("lastUpdated")), number)


def _moment(content: Mapping[str, Any], name: str, home: ZoneInfo) -> date | None:
    written = text(content.get(name))
    if not written:
        return None
    try:
        if len(written) == len("2027-06-14"):
            return date.fromisoformat(written)
        moment = datetime.fromisoformat(written)
    except ValueError:
        raise ResourceUnreadable(
            f"its {name} {written[:40]!r} is not a time such as 2027-06-14T09:00:00-04:00"
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=home)


def _zone_of(content: Mapping[str, Any]) -> ZoneInfo | None:
    """The zone that an extension of the start names (tz-code)."""
    beside = content.get("_start")
    for extension in objects(beside.get("extension")) if isinstance(beside, dict) else ():
        zones = find_zones(text(extension.get("valueCode"))) if extension.get("valueCode") else ()
        if len(zones) == 1:
            return ZoneInfo(zones[0])
    return None


def _concept(value: object) -> str:
    """The words of the first concept: R4 has them as they are, R5 in a reference to a concept."""
    for one in objects(value):
        inner = one.get("concept")
        concept = inner if isinstance(inner, dict) else one
        shown = [text(coding.get("display")) for coding in objects(concept.get("coding"))]
        reference = one.get("reference")
        shown.append(text(reference.get("display")) if isinstance(reference, dict) else "")
        if words := text(concept.get("text")) or next(filter(None, shown), ""):
            return words
    return ""


def _instruction(value: object) -> str:
    return _concept(value) if isinstance(value, list) else text(value)


def _name_of(actors: list[Actor], *kinds: str) -> str:
    return next((one.name for one in actors if one.kind in kinds and one.name), "")
