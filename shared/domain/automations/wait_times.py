"""When a wait ends."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from shared.domain.automations.steps import Wait, WaitFor, WaitUntilDate, WaitUntilEvent, WaitUntilTime
from shared.domain.contacts.contact import Contact
from shared.domain.contacts.judge_contact import value_text
from shared.domain.local_time import moment_at, moment_of

_WEEK_AND_A_DAY = 8


class Person(Struct, frozen=True, kw_only=True):
    """What of a contact its waits depend on; its zone is an IANA name."""

    contact: Contact
    time_zone: str


def person_of(contact: Contact, company_time_zone: str) -> Person:
    """The contact, in its own time zone or else the company's."""
    return Person(contact=contact, time_zone=contact.time_zone or company_time_zone)


def wait_ends_at(wait: Wait, since: datetime, person: Person | None) -> datetime:
    """When a wait that began at `since` ends; `since` itself where there is nothing to wait for.

    So it is for times of day, and dates of a contact, where there is no contact any more.
    """
    match wait:
        case WaitFor(seconds=seconds):
            return since + timedelta(seconds=seconds)
        case WaitUntilEvent(limit_seconds=seconds):
            return since + timedelta(seconds=seconds)
        case WaitUntilTime() if person is not None:
            return _until_time(wait, since, ZoneInfo(person.time_zone))
        case WaitUntilDate(field=field, days=days, clock=clock) if person is not None:
            ends = date_moment(value_text(person.contact, field), days, clock, person.time_zone)
            return max(since, ends) if ends is not None else since
    return since


def _until_time(wait: WaitUntilTime, since: datetime, zone: ZoneInfo) -> datetime:
    today = since.astimezone(zone).date()
    for days in range(_WEEK_AND_A_DAY):
        day = today + timedelta(days=days)
        moment = moment_at(datetime.combine(day, wait.clock), zone)
        if moment >= since and (not wait.weekdays or day.isoweekday() in wait.weekdays):
            return moment
    return since


def date_moment(text: str, days: int, clock: time | None, time_zone: str) -> datetime | None:
    """So many days from the date or moment that the text says, at the `clock` time; None if it says none."""
    zone = ZoneInfo(time_zone)
    try:
        moment = moment_of(text, time_zone).astimezone(zone).replace(tzinfo=None) + timedelta(days=days)
        wall = datetime.combine(moment.date(), clock) if clock is not None else moment
        return moment_at(wall, zone)
    except (ValueError, OverflowError):
        return None
