"""An event: one thing that happened to a contact, a message, a reply or an opt-out, told in ids."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from msgspec import Struct


class EventType(StrEnum):
    """What happened. The word before the dot is what it happened to."""

    CONTACT_CREATED = "contact.created"
    CONTACT_CHANGED = "contact.changed"
    CONTACT_DELETED = "contact.deleted"
    TAG_ATTACHED = "contact.tag_attached"
    TAG_REMOVED = "contact.tag_removed"
    LIST_JOINED = "contact.list_joined"
    LIST_LEFT = "contact.list_left"
    SEGMENT_JOINED = "contact.segment_joined"
    SEGMENT_LEFT = "contact.segment_left"
    FIELD_CHANGED = "contact.field_changed"
    SUBSCRIBED = "contact.subscribed"
    UNSUBSCRIBED = "contact.unsubscribed"
    CONTACT_EVENT = "contact.event"  # something of the company's own, told by the API
    ROW_LOADED = "contact.row_loaded"  # of a file whose source makes contacts of its rows
    AUTOMATION_CALLED = "contact.automation_called"  # a step of an automation tells of the contact
    DELIVERY_CHANGED = "message.delivery_changed"
    DISPOSITION_CHANGED = "message.disposition_changed"
    REPLY_RECEIVED = "reply.received"
    OPTION_CHOSEN = "reply.option_chosen"
    OPT_OUT_GIVEN = "opt_out.given"
    OPT_OUT_ENDED = "opt_out.ended"
    TEST = "webhook.test"

    @property
    def noun(self) -> str:
        """What it happened to: contact, message, reply or opt_out; of a test the endpoint that gets it."""
        if self is EventType.TEST:
            return "endpoint"
        return self.value.partition(".")[0]


# An opt-out is of an address; whose address that is, is looked up when it is told.
CAUSES = {EventType.UNSUBSCRIBED: EventType.OPT_OUT_GIVEN, EventType.SUBSCRIBED: EventType.OPT_OUT_ENDED}
SEGMENTS = frozenset({EventType.SEGMENT_JOINED, EventType.SEGMENT_LEFT})
# What may bring a contact into a segment, or take it out.
_MOVING = frozenset(
    {
        EventType.CONTACT_CREATED,
        EventType.CONTACT_CHANGED,
        EventType.LIST_JOINED,  # also once a list that asks is confirmed: nothing of the contact changes then
        EventType.OPT_OUT_GIVEN,
        EventType.OPT_OUT_ENDED,
    }
)


class Event(Struct, frozen=True, kw_only=True):
    """One event. It holds no personal data: what `object_id` names is read when the event is told.

    `what` is the tag, the list's or segment's id, the field, the channel, or what the company named it; of a
    message its new disposition or delivery, of a reply its meaning or the `event` of the
    option that was chosen, of an opt-out how it was learned. `row` is where a row stands that was loaded.
    """

    id: str
    type: EventType
    at: datetime
    object_id: str
    what: str = ""
    row: str = ""


class Listeners(NamedTuple):
    """What somebody of a company listens to."""

    types: frozenset[EventType] = frozenset()

    @classmethod
    def of(cls, types: Iterable[EventType]) -> "Listeners":
        """Those who hear these types, with what causes them."""
        heard = frozenset(types)
        moving = _MOVING if heard & SEGMENTS else frozenset()
        return cls(heard | {CAUSES[one] for one in heard & CAUSES.keys()} | moving)

    def hear_any(self, types: Iterable[EventType]) -> bool:
        """Whether somebody listens to one of these."""
        return not self.types.isdisjoint(types)
