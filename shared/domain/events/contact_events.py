"""The events of a change of contacts: read out of the change, which is stored for its own sake."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from shared.domain.contacts.contact_changes import ContactPair, EventKind, events_of
from shared.domain.events.event import Event, EventType
from shared.domain.ids import computed_id

_TYPES = {
    EventKind.CREATED: EventType.CONTACT_CREATED,
    EventKind.DELETED: EventType.CONTACT_DELETED,
    EventKind.TAG_ATTACHED: EventType.TAG_ATTACHED,
    EventKind.TAG_REMOVED: EventType.TAG_REMOVED,
    EventKind.LIST_JOINED: EventType.LIST_JOINED,
    EventKind.LIST_LEFT: EventType.LIST_LEFT,
    EventKind.SUBSCRIBED: EventType.SUBSCRIBED,
    EventKind.FIELD_CHANGED: EventType.FIELD_CHANGED,
}
CONTACT_TYPES = frozenset({*_TYPES.values(), EventType.CONTACT_CHANGED})


def types_in(pairs: Iterable[ContactPair]) -> Iterator[EventType]:
    """What happened in a change, as often as it did."""
    for pair in pairs:
        if pair.before is not None and pair.after is not None:
            yield EventType.CONTACT_CHANGED
        yield from (_TYPES[one.kind] for one in events_of(pair) if one.kind in _TYPES)


def contact_events(change_id: str, at: datetime, pairs: Iterable[ContactPair]) -> Iterator[Event]:
    """The events of a change, each with an id that is the same whenever they are read out of it."""
    for pair in pairs:
        if pair.before is not None and pair.after is not None:
            yield _event(change_id, at, pair.contact_id, EventType.CONTACT_CHANGED)
        for one in events_of(pair):
            if one.kind in _TYPES:
                yield _event(change_id, at, pair.contact_id, _TYPES[one.kind], one.what, one.address)


def _event(
    change_id: str, at: datetime, contact_id: str, kind: EventType, what: str = "", address: str = ""
) -> Event:
    item_id = computed_id("event", change_id, contact_id, kind, what, address)
    return Event(id=item_id, type=kind, at=at, object_id=contact_id, what=what)
