"""Places on a sender's timeline for messages that are due at times of their own, one for each batch.

They have a timeline beside the one on which whole steps are reserved: a step needs hours in one piece, and
would wait for days behind such small pieces. They keep the sender's pace among each other.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import count

from msgspec import Struct

from shared.domain.ids import computed_id
from shared.domain.record import replace
from shared.domain.senders.pacing import batch_size
from shared.domain.senders.sender_timeline import Reservation, SenderTimeline, reserve

MOST_HELD = 2_000  # stretches of one sender, which are one document; what is beyond starts when it is due


class Piece(Struct, frozen=True, kw_only=True):
    """A batch's messages: from when on they are due, and how long the sender takes for them."""

    earliest: datetime
    seconds: float


def own_timeline_id(sender_id: str) -> str:
    """The id of the sender's timeline for such messages."""
    return computed_id(sender_id, "own starts")


def pieces_of(opens_at: datetime, messages: int, first: int, pace: float | None, rate: float) -> list[Piece]:
    """How so many messages that are due at `opens_at` are cut, at a sender's `rate`.

    With a `pace` they come to be due one after the other, so many a second, and the `first` of them has as
    many before it.
    """
    size = batch_size(rate)
    return [
        Piece(
            earliest=opens_at + timedelta(seconds=(first + start) / pace if pace else 0),
            seconds=min(size, messages - start) / rate,
        )
        for start in range(0, messages, size)
    ]


def reserve_pieces(
    timeline: SenderTimeline, key: str, fire_id: str, pieces: Sequence[Piece], now: datetime
) -> tuple[SenderTimeline, list[datetime]]:
    """Give each piece the first gap that is long enough; where each starts. `key` says what they are of."""
    starts: list[datetime] = []
    for number, piece in zip(count(), pieces):
        if len(timeline.reservations) >= MOST_HELD:
            starts.append(piece.earliest)
            continue
        its_key = f"{key} {number}"
        timeline, start = reserve(timeline, its_key, fire_id, piece.earliest, piece.seconds, now)
        timeline = replace(timeline, reservations=_merged(timeline.reservations))
        starts.append(start)
    return timeline, starts


def _merged(reservations: Sequence[Reservation]) -> tuple[Reservation, ...]:
    """Stretches of one fire that touch are one."""
    merged: list[Reservation] = []
    for one in reservations:
        last = merged[-1] if merged else None
        if last is not None and last.fire_id == one.fire_id and last.ends_at == one.starts_at:
            merged[-1] = replace(last, ends_at=one.ends_at)
        else:
            merged.append(one)
    return tuple(merged)
