"""The events of messages, replies and opt-outs, from what they were and what they are."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from shared.domain.contacts.opt_out import OptOut
from shared.domain.events.event import Event, EventType
from shared.domain.ids import computed_id, random_id
from shared.domain.messages.message import Message
from shared.domain.messages.reply import Reply


def message_events(before: Message, after: Message, at: datetime) -> Iterator[Event]:
    """What changed of a message: how far it got, and what it was answered."""
    if after.delivery is not None and after.delivery != before.delivery:
        yield _event(EventType.DELIVERY_CHANGED, at, after.id, after.delivery)
    if after.disposition is not None and after.disposition != before.disposition:
        yield _event(EventType.DISPOSITION_CHANGED, at, after.id, after.disposition)


def reply_event(reply: Reply) -> Event:
    """That somebody wrote."""
    return _event(EventType.REPLY_RECEIVED, reply.received_at, reply.id, reply.meaning)


def option_events(reply: Reply, names: Iterable[str], at: datetime) -> Iterator[Event]:
    """That options were chosen which tell so under a name."""
    for name in names:
        yield _event(EventType.OPTION_CHOSEN, at, reply.id, name)


def opt_out_events(opt_outs: Iterable[OptOut]) -> Iterator[Event]:
    """That addresses refused, or are out of reach, or that this is over."""
    for one in opt_outs:
        kind = EventType.OPT_OUT_GIVEN if one.is_active else EventType.OPT_OUT_ENDED
        yield _event(kind, one.changed_at, one.id, one.source)


def deletion_events(contact_ids: Iterable[str], at: datetime) -> Iterator[Event]:
    """That contacts were deleted with their history, as a person was forgotten."""
    for contact_id in contact_ids:
        yield _event(EventType.CONTACT_DELETED, at, contact_id, "")


def contact_consent_event(event: Event, opt_out: OptOut, contact_id: str) -> Event | None:
    """What an opt-out's event means for a contact with its address; None where nobody said anything.

    That an address is out of reach, or in reach again, is no refusal and no agreement; nor is one of a single
    topic or sender one of the address.
    """
    if opt_out.is_bounce or opt_out.ended_bounce or opt_out.topic or opt_out.sender_id:
        return None
    is_given = event.type is EventType.OPT_OUT_GIVEN
    kind = EventType.UNSUBSCRIBED if is_given else EventType.SUBSCRIBED
    item_id = computed_id("event", event.id, contact_id)
    return Event(id=item_id, type=kind, at=event.at, object_id=contact_id, what=str(opt_out.channel))


def _event(kind: EventType, at: datetime, object_id: str, what: str) -> Event:
    return Event(id=random_id(), type=kind, at=at, object_id=object_id, what=str(what))
