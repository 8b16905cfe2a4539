"""How often somebody may try a password or a code, or send a test: counted in a fixed stretch."""

from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct

from shared.domain.ids import computed_id
from shared.domain.record import replace

STRETCH = timedelta(minutes=15)  # for tries to sign in
TEST_STRETCH = timedelta(hours=1)


class Counted(StrEnum):
    """By what tries are counted. Accounts that do not exist count too, so that answers do not differ."""

    ACCOUNT = "account"
    ADDRESS = "address"
    OWN_ACCOUNT = "own_account"  # the password of who is signed in, asked for once more
    CODE = "code"  # of a user whose password was right
    TEST = "test"  # messages that somebody has sent to their own address


# An office has one address. Of a million codes three hold at a time.
MOST_TRIES = {
    Counted.ACCOUNT: 10,
    Counted.ADDRESS: 100,
    Counted.OWN_ACCOUNT: 10,
    Counted.CODE: 5,
    Counted.TEST: 10,
}


class Throttle(Struct, frozen=True, kw_only=True):
    """Tries since `since`. `expires_at` has a TTL policy."""

    id: str
    since: datetime
    tries: int
    expires_at: datetime


def throttle_id(counted: Counted, *what: str) -> str:
    """Under which tries are counted; what it says of a person is a hash."""
    return computed_id("throttle", counted, *what)


def one_more(
    throttle: Throttle | None, item_id: str, now: datetime, stretch: timedelta = STRETCH
) -> Throttle:
    """The count with a try now."""
    if throttle is None or now >= throttle.since + stretch:
        return Throttle(id=item_id, since=now, tries=1, expires_at=now + stretch)
    return replace(throttle, tries=throttle.tries + 1)
