"""Trial mode: a company that is still trying things out sends only to addresses it has verified."""

from dataclasses import dataclass, replace
from datetime import datetime

from shared.domain.errors import Conflict

MOST_VERIFIED = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class VerifiedAddress:
    """An address whose owner agreed to get a company's trials. `key` is what it is compared by."""

    key: str
    address: str
    verified_at: datetime
    verified_by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Trial:
    """Since when a company is in trial, and to whom alone it sends."""

    since: datetime
    verified: tuple[VerifiedAddress, ...] = ()

    @property
    def keys(self) -> frozenset[str]:
        """What the verified addresses are compared by."""
        return frozenset(one.key for one in self.verified)


def with_verified(trial: Trial | None, added: VerifiedAddress) -> Trial:
    """The trial with one more address. Raises Conflict without a trial, and for too many."""
    if trial is None:
        raise Conflict("The company is not in trial: it sends to every address.")
    others = tuple(one for one in trial.verified if one.key != added.key)
    if len(others) >= MOST_VERIFIED:
        raise Conflict(f"A company in trial has at most {MOST_VERIFIED} verified addresses.")
    return replace(trial, verified=(*others, added))
