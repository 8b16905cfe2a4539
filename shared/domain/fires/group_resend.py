"""A resend to chosen groups of a fire: who asked for it, how far it came, and what became of its people."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from msgspec import Struct, field

from shared.domain.job import ResendGroups
from shared.domain.record import replace
from shared.domain.repeats import NO_REPEATS, Repeats


class GroupResendState(StrEnum):
    """Where it is."""

    WAITING = "waiting"
    DONE = "done"
    REFUSED = "refused"


class GroupResend(Struct, frozen=True, kw_only=True):
    """The messages that came to nothing for these `reasons` are sent again; those made after `asked_at` not.

    They are looked at list by list, and in each in the order of their ids, `after` the last one. `total` came
    to nothing when it was asked for, for whatever reason, and `looked_at` of them were looked at; `count` are
    sent again and `left_out` counts those who are not, by why. `note` says why it ended before its end.
    """

    id: str
    fire_id: str
    reasons: tuple[str, ...]
    asked_by: str
    asked_at: datetime
    total: int
    state: GroupResendState = GroupResendState.WAITING
    list_number: int = 0
    after: str = ""
    looked_at: int = 0
    count: int = 0
    left_out: dict[str, int] = field(default_factory=dict)
    note: str = ""
    due_at: datetime | None = None
    lease_token: str | None = None
    lease_until: datetime | None = None
    attempt: int = 0
    repeats: Repeats = NO_REPEATS

    @property
    def percent(self) -> int:
        """How much of it was looked at."""
        if self.state is not GroupResendState.WAITING:
            return 100
        return min(99, 100 * self.looked_at // max(1, self.total))


def gone_on(
    resend: GroupResend, looked_at: int, count: int, left_out: Iterable[tuple[str, int]]
) -> GroupResend:
    """The resend after some more messages were looked at."""
    together = Counter(resend.left_out) + Counter({str(why): number for why, number in left_out})
    return replace(
        resend,
        looked_at=resend.looked_at + looked_at,
        count=resend.count + count,
        left_out=dict(together),
    )


def resend_job(company_id: str, resend_id: str) -> ResendGroups:
    """The job that goes on with it."""
    return ResendGroups(company_id=company_id, resend_id=resend_id)
