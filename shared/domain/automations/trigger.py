"""What lets contacts into an automation, ends a wait for an event, or is a goal: things that happen."""

from datetime import time

import msgspec

from shared.domain.events.event import Event, EventType

HEARD = (
    EventType.TAG_ATTACHED,
    EventType.TAG_REMOVED,
    EventType.LIST_JOINED,
    EventType.LIST_LEFT,
    EventType.SEGMENT_JOINED,
    EventType.SEGMENT_LEFT,
    EventType.SUBSCRIBED,
    EventType.UNSUBSCRIBED,
    EventType.DISPOSITION_CHANGED,
    EventType.CONTACT_EVENT,
    EventType.ROW_LOADED,
)


class Happened(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="event"):
    """One of HEARD. `what` is the tag, the list's or segment's id, the channel, the disposition, the
    source's id or the event's name.

    An empty `what` stands for any; of segments one is named.
    """

    event: EventType
    what: str = ""

    def is_met(self, event: Event) -> bool:
        """Whether it is this that happened."""
        return event.type is self.event and self.what in ("", event.what)


class DateReached(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="date"):
    """A date in a contact's field comes: so many `days` off, at the `clock` time of the contact's zone."""

    field: str
    days: int = 0
    clock: time = time(9)


Trigger = Happened | DateReached
