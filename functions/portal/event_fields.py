"""What happens to a contact, as a form says it: the trigger of an automation, a goal, the end of a wait."""

from datetime import time

from functions.portal.kit.forms import Form
from functions.portal.kit.lists import every
from functions.portal.kit.visit import Visit
from functions.portal.kit.wording import sentence, words
from shared.domain.automations.trigger import HEARD, DateReached, Happened, Trigger
from shared.domain.campaigns.reply_option import Disposition
from shared.domain.channels.channel import all_channels
from shared.domain.contacts.contact_field import FieldKind
from shared.domain.events.event import SEGMENTS, EventType
from shared.views.contact_fields import list_contact_fields
from shared.views.contact_lists import list_contact_lists
from shared.views.segments import list_segments
from shared.views.sources import list_sources

Choice = tuple[str, str]  # what the form sends, and what people read
DATE = "date"  # what lets contacts in where nothing happens but that a day comes
# What can be chosen, by what the form sends: when people say it, and what is then asked.
HAPPENINGS: dict[str, Choice] = {
    EventType.TAG_ATTACHED: ("a tag is attached", "The tag"),
    EventType.TAG_REMOVED: ("a tag is taken off", "The tag"),
    EventType.LIST_JOINED: ("they join a list", "The list"),
    EventType.LIST_LEFT: ("they leave a list", "The list"),
    EventType.SEGMENT_JOINED: ("they come into a segment", "The segment"),
    EventType.SEGMENT_LEFT: ("they leave a segment", "The segment"),
    EventType.SUBSCRIBED: ("they agree to be contacted", "On"),
    EventType.UNSUBSCRIBED: ("they refuse", "On"),
    EventType.DISPOSITION_CHANGED: ("they answer", "Their answer"),
    EventType.CONTACT_EVENT: ("your system tells something of them", "What your system calls it"),
    EventType.ROW_LOADED: ("a row of theirs is loaded", "From the source"),
}
SIDES = (("before", "before it"), ("after", "after it"))
MOST_DAYS = 366


async def what_choices(visit: Visit, event: EventType) -> list[Choice] | None:
    """What it may be about, of which one is chosen; None where a text is typed.

    The first is none of them: any, but where one must be chosen.
    """
    found = await _whats(visit, event)
    return None if found is None else [("", "choose a segment" if event in SEGMENTS else "any"), *found]


async def _whats(visit: Visit, event: EventType) -> list[Choice] | None:
    match event:
        case EventType.LIST_JOINED | EventType.LIST_LEFT:
            return [(one.id, one.name) for one in await every(visit, list_contact_lists)]
        case EventType.SEGMENT_JOINED | EventType.SEGMENT_LEFT:
            return [(one.id, one.name) for one in await every(visit, list_segments)]
        case EventType.SUBSCRIBED | EventType.UNSUBSCRIBED:
            return [(one, sentence(one.record.noun)) for one in all_channels()]
        case EventType.DISPOSITION_CHANGED:
            return [(one, words(one)) for one in Disposition]
        case EventType.ROW_LOADED:
            return [(one.id, one.name) for one in await every(visit, list_sources)]
    return None


async def date_fields(visit: Visit) -> list[Choice]:
    """The contacts' fields that hold a day or a moment."""
    found = await every(visit, list_contact_fields)
    return [(one.id, one.name) for one in found if one.kind in (FieldKind.DATE, FieldKind.MOMENT)]


def event_named(text: str) -> EventType | None:
    """The event that the address or the form names; None for any other text."""
    return next((one for one in HEARD if one == text), None)


def read_event(form: Form, choices: list[Choice] | None) -> Happened:
    """What happens. Faults are noted in the form."""
    event = event_named(form.given("event"))
    if event is None:
        form.wrong("event", "choose what happens")
    if choices is None:
        what = form.line("what", is_needed=False)
    else:
        what = form.one_of("what", [value for value, _ in choices])
    if event in SEGMENTS and not what:
        form.wrong("what", "choose the segment")
    return Happened(event=event or HEARD[0], what=what)


def read_trigger(form: Form, choices: list[Choice] | None, fields: list[Choice]) -> Trigger:
    """What lets contacts in. Faults are noted in the form."""
    if form.given("event") != DATE:
        return read_event(form, choices)
    field, days = read_date(form, fields)
    return DateReached(field=field, days=days, clock=form.clock("clock", time(9)))


def read_date(form: Form, fields: list[Choice]) -> tuple[str, int]:
    """A field with a date, and how many days from it: fewer than none are before. Faults are noted."""
    field = form.one_of("field", [value for value, _ in fields])
    if not field:
        form.wrong("field", "choose the field with the date")
    days = form.whole("days", most=MOST_DAYS) or 0
    return field, -days if form.one_of("side", [value for value, _ in SIDES]) == "before" else days


def typed_event(event: Happened | None) -> dict[str, str]:
    """The form's fields as it has them."""
    return {"event": event.event if event else "", "what": event.what if event else ""}


def typed_date(field: str, days: int, clock: time | None) -> dict[str, str]:
    """The form's fields as a date in a field has them."""
    return {
        "field": field,
        "days": str(abs(days)) if days else "",
        "side": "before" if days < 0 else "after",
        "clock": f"{clock:%H:%M}" if clock is not None else "",
    }
