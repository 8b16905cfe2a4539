"""What happens to contacts, as people say it: what lets them into an automation, or ends a wait."""

from functions.portal.kit.wording import words
from shared.domain.automations.automation import Definition, Reentry
from shared.domain.automations.trigger import HEARD, DateReached, Happened, Trigger
from shared.domain.contacts.criterion_words import Names
from shared.domain.events.event import SEGMENTS, EventType

# By event: with what it is about, and without.
_HAPPENS = {
    EventType.TAG_ATTACHED: ("the tag “{}” is attached", "any tag is attached"),
    EventType.TAG_REMOVED: ("the tag “{}” is taken off", "any tag is taken off"),
    EventType.LIST_JOINED: ("they join the list “{}”", "they join any list"),
    EventType.LIST_LEFT: ("they leave the list “{}”", "they leave any list"),
    EventType.SEGMENT_JOINED: ("they come into the segment “{}”", "they come into a segment"),
    EventType.SEGMENT_LEFT: ("they leave the segment “{}”", "they leave a segment"),
    EventType.SUBSCRIBED: ("they agree on {}", "they agree on any channel"),
    EventType.UNSUBSCRIBED: ("they refuse on {}", "they refuse on any channel"),
    EventType.DISPOSITION_CHANGED: ("their answer is “{}”", "they give an answer"),
    EventType.CONTACT_EVENT: ("your system tells “{}”", "your system tells any event"),
    EventType.ROW_LOADED: ("a row of the source “{}” is loaded", "a row of theirs is loaded"),
}
_REENTRY = {
    Reentry.ONCE: "once",
    Reentry.AFTER_END: "again when their way has ended",
    Reentry.ALWAYS: "every time",
}


def trigger_words(trigger: Trigger, names: Names) -> str:
    """What lets contacts in."""
    if isinstance(trigger, DateReached):
        field = names.fields.get(trigger.field, words(trigger.field))
        return f"{days_words(trigger.days)} {field}, at {trigger.clock:%H:%M}"
    return event_words(trigger, names)


def event_words(event: Happened, names: Names) -> str:
    """What happens: the tag “new” is attached."""
    about, any_of_it = _HAPPENS[event.event]
    return about.format(_what(event, names)) if event.what else any_of_it


def _what(event: Happened, names: Names) -> str:
    if event.event is EventType.DISPOSITION_CHANGED:
        return words(event.what)
    if event.event in SEGMENTS:
        return names.segments.get(event.what, event.what)
    return names.lists.get(event.what, event.what)


def entry_words(entered_by: str, names: Names) -> str:
    """What let somebody in, as their enrollment has it: `contact.tag_attached new`, `date birthday`."""
    kind, _, what = entered_by.partition(" ")
    heard = next((one for one in HEARD if one.value == kind), None)
    if heard is not None:
        return event_words(Happened(event=heard, what=what), names)
    if kind == "date":
        return f"the date in {names.fields.get(what, words(what))}"
    return entered_by


def reentry_words(definition: Definition) -> str:
    """Whether a contact may enter again."""
    return _REENTRY[definition.reentry]


def days_words(days: int) -> str:
    """How far from a date: 2 days before."""
    if not days:
        return "the day of"
    return f"{abs(days)} day{'' if abs(days) == 1 else 's'} {'after' if days > 0 else 'before'}"
