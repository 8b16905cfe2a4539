"""A lease: who may work on something, and until when. Chunks, batches and files are leased in this way.

Whoever takes one gives it a random token. What is written later is fenced by that token: a worker whose lease
has ended, and that another has taken over, writes nothing any more.
"""

from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar

from shared.domain.record import replace


class Leasable(Protocol):
    """A record that one worker at a time works on."""

    @property
    def lease_token(self) -> str | None:
        """The token of whoever has or had it."""

    @property
    def lease_until(self) -> datetime | None:
        """When the lease ends; None while nobody has it."""

    @property
    def attempt(self) -> int:
        """How often it was taken."""


class Claimable(Leasable, Protocol):
    """A record on which is not worked for ever in vain."""

    @property
    def claimed_at(self) -> datetime | None:
        """When the first of the attempts counted was made."""


L = TypeVar("L", bound=Leasable)
MOST_ATTEMPTS = 5
# An outage of the database or the storage ends attempts too, and must only delay work (promise 3).
TRIED_FOR = timedelta(hours=2)


class LeaseLost(Exception):
    """What was leased is no longer ours: stop, and touch nothing."""


def leased(item: L, token: str, now: datetime, seconds: float, **changes: Any) -> L | None:
    """The item under a lease of `seconds` from `now`, with `changes`; None while another worker has it.

    One with this token already was taken by an attempt of ours that was applied though it reported an error.
    """
    if item.lease_token == token:
        return item
    if item.lease_until is not None and now < item.lease_until:
        return None
    until = now + timedelta(seconds=seconds)
    changes |= {"lease_token": token, "lease_until": until, "attempt": item.attempt + 1}
    return replace(item, **changes)  # type: ignore[type-var]  # all that are leased are records


def is_held(item: Leasable, token: str, now: datetime) -> bool:
    """Whether the item is leased under `token`, and the lease has not ended."""
    return item.lease_token == token and item.lease_until is not None and now < item.lease_until


def first_claimed_at(item: Claimable, now: datetime) -> datetime:
    """When the first attempt was made, if one more is made now."""
    return item.claimed_at if item.attempt and item.claimed_at is not None else now


def is_hopeless(item: Claimable, now: datetime) -> bool:
    """Whether it was taken too often, and for too long, to be tried once more."""
    return item.attempt >= MOST_ATTEMPTS and now >= first_claimed_at(item, now) + TRIED_FOR
