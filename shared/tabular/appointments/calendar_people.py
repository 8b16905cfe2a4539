"""Whom an appointment of a calendar is with, and how to reach them."""

from collections.abc import Iterator

import icalendar

from shared.tabular.appointments.addresses import Person, with_scheme
from shared.tabular.appointments.phones_in_text import labelled_phones

_THINGS = ("ROOM", "RESOURCE", "GROUP")
_PHONES = ("PHONE", "TEL", "MOBILE", "CELL", "SMS")
_NUMBERS = ("tel", "sms")  # schemes of addresses
_NOT_COMING = "DECLINED"


def people_of(event: icalendar.Event) -> tuple[list[Person], int]:
    """The people of an appointment but for who made it, and how many of them declined.

    Rooms and other things are no people. Without attendees it is one person, known by what the appointment
    says. Numbers that its text or own properties give belong to a person who is alone.
    """
    organizer = with_scheme(str(event.get("ORGANIZER", "")))[1].casefold()
    people: list[Person] = []
    declined = 0
    for attendee in _all(event, "ATTENDEE"):
        params = attendee.params
        if str(params.get("CUTYPE", "")).upper() in _THINGS:
            continue
        if organizer and with_scheme(str(attendee))[1].casefold() == organizer:
            continue
        if str(params.get("ROLE", "")).upper() == "NON-PARTICIPANT":
            continue
        if str(params.get("PARTSTAT", "")).upper() == _NOT_COMING:
            declined += 1
            continue
        people.append(_attendee(attendee))
    if not people and not declined:
        people.append(Person())
    if len(people) == 1:
        people[0].phones += _phones_of_event(event)
    return people, declined


def _all(event: icalendar.Event, name: str) -> list[icalendar.vText]:
    found = event.get(name, [])
    return found if isinstance(found, list) else [found]


def _attendee(attendee: icalendar.vText) -> Person:
    params, person = attendee.params, Person()
    scheme, rest = with_scheme(str(attendee))
    if scheme in _NUMBERS:
        person.phones.append(rest.partition(";")[0])
    elif "@" in rest and scheme in ("mailto", ""):
        person.emails.append(rest)
    if "@" in str(params.get("EMAIL", "")):
        person.emails.append(str(params["EMAIL"]))
    person.phones += [str(value) for name, value in params.items() if _is_phone(name)]
    name = str(params.get("CN", "")).strip().strip('"')
    person.name = "" if "@" in name else name
    return person


def _is_phone(name: str) -> bool:
    """Whether a property of somebody's own, such as X-CLINIC-MOBILE, holds a number."""
    return name.upper().startswith("X-") and any(word in _PHONES for word in name.upper().split("-"))


def _phones_of_event(event: icalendar.Event) -> Iterator[str]:
    for name in event:
        if _is_phone(name):
            yield from (with_scheme(str(one))[1] for one in _all(event, name))
    for one in _all(event, "CONTACT"):
        yield from labelled_phones(str(one).replace(",", "\n").replace(";", "\n"))
    yield from labelled_phones(str(event.get("DESCRIPTION", "")))
