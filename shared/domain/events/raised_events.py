"""Events that were raised and not yet told: stored in the transaction that made the change."""

import zlib
from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec
from msgspec import Struct

from shared.domain.events.event import Event
from shared.domain.ids import random_id
from shared.domain.job import TellListeners

MOST_TOGETHER = 1_000  # events of one document
_EVENTS = msgspec.json.Decoder(list[Event])


class RaisedEvents(Struct, frozen=True, kw_only=True):
    """Some events of one change. It waits for `tell_listeners`, which deletes it; `due_at` is since when."""

    id: str
    due_at: datetime
    events: bytes


def raised(events: Sequence[Event], now: datetime) -> list[RaisedEvents]:
    """The events in as few documents as hold them."""
    starts = range(0, len(events), MOST_TOGETHER)
    return [
        RaisedEvents(id=random_id(), due_at=now, events=packed(events[start : start + MOST_TOGETHER]))
        for start in starts
    ]


def packed(events: Iterable[Event]) -> bytes:
    """Events as a document holds them: some 30 bytes each."""
    return zlib.compress(msgspec.json.encode(list(events)), 1)


def unpacked(content: bytes) -> list[Event]:
    """The events that a document holds."""
    return _EVENTS.decode(zlib.decompress(content))


def tell_job(company_id: str) -> TellListeners:
    """The job that has everything told that a company's changes raised."""
    return TellListeners(company_id=company_id)
