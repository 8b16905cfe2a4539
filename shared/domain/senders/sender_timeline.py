"""A sender's timeline: which step of which fire has it when, reserved once for the whole step."""

from datetime import datetime, timedelta

from msgspec import Struct

from shared.domain.record import replace


class Reservation(Struct, frozen=True, kw_only=True):
    """A fire's time on a sender: [starts_at, ends_at). `key` says what of the fire it is for."""

    key: str
    fire_id: str
    starts_at: datetime
    ends_at: datetime


class SenderTimeline(Struct, frozen=True, kw_only=True):
    """The reservations of one sender that have not ended, in order."""

    id: str
    reservations: tuple[Reservation, ...] = ()


def reserve(
    timeline: SenderTimeline, key: str, fire_id: str, earliest: datetime, seconds: float, now: datetime
) -> tuple[SenderTimeline, datetime]:
    """Give `key` the first gap of `seconds` at or after `earliest`; asked again, the same one."""
    kept = tuple(r for r in timeline.reservations if r.ends_at > now)
    for held in kept:
        if held.key == key:
            return timeline, held.starts_at
    start, length = earliest, timedelta(seconds=seconds)
    for held in kept:
        if start + length <= held.starts_at:
            break
        start = max(start, held.ends_at)
    reservation = Reservation(key=key, fire_id=fire_id, starts_at=start, ends_at=start + length)
    ordered = tuple(sorted((*kept, reservation), key=lambda r: r.starts_at))
    return replace(timeline, reservations=ordered), start


def release(timeline: SenderTimeline, fire_id: str) -> SenderTimeline:
    """Take the fire off the timeline."""
    kept = tuple(r for r in timeline.reservations if r.fire_id != fire_id)
    return replace(timeline, reservations=kept)
