"""Patients, providers and places of an HL7 message, as people call them."""

from collections.abc import Sequence

import hl7

from shared.tabular.appointments.addresses import Person
from shared.tabular.appointments.hl7_fields import Hl7Message, part

_MOBILE, _OTHERS = ("CP",), ("FX", "MD", "BP", "TTY", "TDD")
_AT_HOME = ("PRN", "PRS", "ORN", "VHN")


def patient_cells(message: Hl7Message, pid: hl7.Segment | None) -> dict[str, str]:
    """The cells of a patient (PID). Mobile numbers come before those at home, and these before others."""
    names = message.repetitions(pid, 5)
    name = next((one for one in names if part(one, 7) in ("L", "")), names[0] if names else [])
    first, last = part(name, 2), part(name, 1).partition("&")[0]
    person = Person(name=f"{first} {last}".strip())
    telecoms = [one for number in (13, 14, 40) for one in message.repetitions(pid, number)]
    person.emails = [email for one in telecoms if (email := _email(one))]
    person.phones = [phone for one in sorted(telecoms, key=_rank) if (phone := _phone(one))]
    ids = message.repetitions(pid, 3)
    own = next((one for one in ids if part(one, 5) == "MR"), ids[0] if ids else [])
    return person.cells() | {"first_name": first, "last_name": last, "person_id": part(own, 1)}


def _email(telecom: Sequence[str]) -> str:
    return next((one for one in (part(telecom, 4), part(telecom, 1)) if "@" in one), "")


def _phone(telecom: Sequence[str]) -> str:
    if part(telecom, 3) in _OTHERS or part(telecom, 2) == "NET":
        return ""
    formatted = part(telecom, 1) or part(telecom, 12)
    if any(character.isdigit() for character in formatted):
        return "" if "@" in formatted else formatted
    country, area, local = (part(telecom, number) for number in (5, 6, 7))
    if not local:
        return ""
    return f"+{country.lstrip('+')} {area} {local}" if country else f"{area} {local}".strip()


def _rank(telecom: Sequence[str]) -> int:
    if part(telecom, 3) in _MOBILE:
        return 0
    return 1 if part(telecom, 2) in _AT_HOME else 2


def provider_of(message: Hl7Message) -> str:
    """Whom the patient sees: AIP, or a person in AIG, or who attends (PV1)."""
    for segment in live(message, "AIP"):
        if name := _called(message.repetitions(segment, 3)):
            return name
    for segment in live(message, "AIG"):
        kind = f"{message.value(segment, 4)} {message.value(segment, 4, 2)}".casefold()
        if any(word in kind for word in ("phys", "prov", "doc", "person", "clinician")):
            return message.value(segment, 3, 2) or message.value(segment, 3)
    return _called(message.repetitions(message.first("PV1"), 7))


def _called(people: Sequence[Sequence[str]]) -> str:
    for one in people:
        family, given = part(one, 2).partition("&")[0], part(one, 3)
        if family or given:
            return " ".join(word for word in (part(one, 6), given, family) if word)
    return ""


def location_of(message: Hl7Message) -> str:
    """Where: of AIL, or else of PV1, its description, or the facility, or the point of care."""
    places = [message.repetitions(segment, 3) for segment in live(message, "AIL")]
    for place in [*places, message.repetitions(message.first("PV1"), 3)]:
        for number in (9, 4, 1):
            if place and (name := part(place[0], number).partition("&")[0]):
                return name
    return ""


def service_of(message: Hl7Message) -> str:
    """What it is for: AIS, or else the type and kind of the appointment (SCH)."""
    for segment in live(message, "AIS"):
        if name := message.value(segment, 3, 2) or message.value(segment, 3):
            return name
    sch = message.first("SCH")
    return next(
        (text for number in (8, 6) if (text := message.value(sch, number, 2) or message.value(sch, number))),
        "",
    )


def live(message: Hl7Message, name: str) -> list[hl7.Segment]:
    """The segments of a resource that were not taken out (action code D)."""
    return [segment for segment in message.segments(name) if message.value(segment, 2) != "D"]
