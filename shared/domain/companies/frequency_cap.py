"""How many messages a person may get on one channel, at most."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct

from shared.domain.errors import Problem

MOST_MESSAGES = 100
MOST_HOURS = 24 * 31  # what was sent before is read again for each message


class WhenFull(StrEnum):
    """What becomes of one message too many."""

    SKIP = "skip"
    WAIT = "wait"  # for the next opening of the contact window at which there is room


class FrequencyCap(Struct, frozen=True, kw_only=True):
    """At most so many `messages` to one address on one channel in any `hours`, from all campaigns."""

    messages: int
    hours: int
    when_full: WhenFull = WhenFull.SKIP

    @property
    def period(self) -> timedelta:
        """For how long a message counts."""
        return timedelta(hours=self.hours)

    def full_until(self, sent: Sequence[datetime], at: datetime) -> datetime | None:
        """When there is room for another one after those that were `sent`; None when there is at `at`."""
        counted = sorted(moment for moment in sent if moment > at - self.period)
        return counted[-self.messages] + self.period if len(counted) >= self.messages else None


def check_cap(cap: FrequencyCap | None) -> Iterator[Problem]:
    """What is wrong with a cap."""
    if cap is None:
        return
    if not 1 <= cap.messages <= MOST_MESSAGES:
        yield Problem(field="frequency_cap.messages", reason=f"must be 1 to {MOST_MESSAGES}")
    if not 1 <= cap.hours <= MOST_HOURS:
        yield Problem(field="frequency_cap.hours", reason=f"must be 1 to {MOST_HOURS}, which is 31 days")
