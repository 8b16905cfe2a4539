"""How far a campaign looks back so that nobody gets the same message again: its dedupe scope."""

from collections.abc import Iterator
from datetime import timedelta
from enum import StrEnum

from msgspec import Struct

from shared.domain.campaigns.schedule import Schedule, ScheduleKind
from shared.domain.errors import Problem

DEFAULT_DAYS = 30
MOST_DAYS = 365


class DedupeScope(StrEnum):
    """Among which messages there must be no two that are the same."""

    FIRE = "fire"  # those of one fire
    CAMPAIGN = "campaign"  # all that the campaign has sent
    SOURCE = "source"  # these, and what any campaign of the source sent within some days


class Scope(Struct, frozen=True, kw_only=True):
    """A dedupe scope. `days` counts for those of other campaigns, where the scope is the source."""

    kind: DedupeScope
    days: int | None = None

    @property
    def is_wide(self) -> bool:
        """Whether messages of other fires count."""
        return self.kind is not DedupeScope.FIRE

    @property
    def looks_back(self) -> timedelta | None:
        """How long other campaigns' messages count; None when they do not."""
        return timedelta(days=self.days or DEFAULT_DAYS) if self.kind is DedupeScope.SOURCE else None


def scope_of(
    kind: DedupeScope | None, days: int | None, schedule: Schedule, *, is_for_people: bool = False
) -> Scope:
    """The scope a campaign has: the one it states, else the default for its schedule.

    A recurring campaign is the home of its source's files, so it looks at its own messages. Another file of
    the source is often sent by a campaign of its own: it looks at what any campaign of the source has sent.
    People get what recurs each time; of what is fired again, those who had it get nothing.
    """
    is_recurring = schedule.kind is ScheduleKind.RECURRING
    if is_for_people:
        kind = kind or (DedupeScope.FIRE if is_recurring else DedupeScope.CAMPAIGN)
    kind = kind or (DedupeScope.CAMPAIGN if is_recurring else DedupeScope.SOURCE)
    return Scope(kind=kind, days=(days or DEFAULT_DAYS) if kind is DedupeScope.SOURCE else None)


def check_scope(days: int | None, scope: Scope) -> Iterator[Problem]:
    """What is wrong with stated days, for the scope that there is."""
    if days is not None and scope.kind is not DedupeScope.SOURCE:
        reason = f"goes with dedupe_scope source; it is {scope.kind} here. Leave it out, or set the scope."
        yield Problem(field="dedupe_days", reason=reason)
