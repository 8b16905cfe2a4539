"""How fast a fire goes, and when it is probably through: or why nobody can say."""

from datetime import datetime, timedelta

from msgspec import Struct

from shared.domain.fires.fire import Fire

MEASURED = timedelta(minutes=5)  # the last minutes, over which messages are counted
LEAST = timedelta(minutes=1)  # a rate of less time says nothing
SOON = timedelta(minutes=1)  # what starts by then counts as under way
STARTING = timedelta(minutes=2)  # from when it is due until the first is sent: a tick, and its batch
GATHERING = "The people of its audience are still being found."
PREPARING = "Its messages are still being prepared."
JUST_BEGUN = "It begins about now: the time left can be said after a minute or two."
NOTHING_LATELY = "Messages are due, and none has gone out in the last minutes."
UNTIL_SENT = "The next step begins a while after the one before has been sent."


class Coming(Struct, frozen=True, kw_only=True):
    """What is known of the messages that a fire has still to send.

    `holds` say what keeps all of them back. `is_queued`: every recipient of the steps begun has its message
    or failure. `first` and `last` are the starts of the first and the last batch that is to be sent; None
    where there is none. `waits` says what the first one waits for.
    """

    pending: int
    holds: tuple[str, ...] = ()
    is_queued: bool = True
    first: datetime | None = None
    last: datetime | None = None
    waits: str = ""


class Pace(Struct, frozen=True, kw_only=True):
    """How fast a fire goes: `per_minute` messages were handed over in each of the last minutes.

    `ends_at` is when all that is planned has probably gone out; None where that cannot be said. `goes_on_at`
    is when the next message goes out, where that is later than at once. `why` says what it waits for, or why
    nobody knows the end; empty where it simply goes on.
    """

    per_minute: int
    ends_at: datetime | None = None
    goes_on_at: datetime | None = None
    why: str = ""


def measured_since(fire: Fire, now: datetime) -> datetime:
    """From when the messages are counted that a rate is made of."""
    return max(now - MEASURED, min(fire.starts_at or fire.fired_at, now - LEAST))


def pace_of(fire: Fire, coming: Coming, handed_over: int, now: datetime) -> Pace:
    """The pace of an open fire of which so many messages were handed over since `measured_since`."""
    per_minute = round(handed_over / ((now - measured_since(fire, now)) / timedelta(minutes=1)))
    rate = max(per_minute, 1) if handed_over else 0
    if coming.holds:
        return Pace(per_minute=per_minute, why=" ".join(coming.holds))
    if fire.is_gathering or not coming.is_queued:
        return Pace(per_minute=per_minute, why=GATHERING if fire.is_gathering else PREPARING)
    if not coming.pending:
        why = UNTIL_SENT if fire.has_more else ""
        return Pace(per_minute=per_minute, goes_on_at=fire.next_step_at, why=why)
    if coming.first is None or coming.last is None:  # what people do sets it going
        return Pace(per_minute=per_minute, why=coming.waits)
    if coming.first > now + SOON:
        return Pace(per_minute=per_minute, ends_at=coming.last, goes_on_at=coming.first, why=coming.waits)
    if not rate:
        began = max(fire.starts_at or fire.fired_at, coming.first)
        return Pace(per_minute=0, why=JUST_BEGUN if now < began + STARTING else NOTHING_LATELY)
    by_rate = now + timedelta(minutes=coming.pending / rate)
    return Pace(per_minute=per_minute, ends_at=max(by_rate, coming.last))
