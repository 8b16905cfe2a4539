"""Announce overdue jobs again, later each time, and only so many at one tick."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from shared.domain.job import Job
from shared.domain.repeats import Repeats
from shared.faults import Point
from shared.firestore.kit.documents import Documents
from shared.firestore.kit.transactions import commit
from shared.runtime import Runtime
from shared.usecases.announce_jobs import announce_jobs

JOBS_PER_TICK = 1_000  # of one kind; the workers have hours of work with them before the next
MARKS_PER_COMMIT = 300


class Announced(Protocol):
    """A record whose job was announced and may have been lost."""

    @property
    def id(self) -> str:
        """Of the record."""

    @property
    def repeats(self) -> Repeats:
        """The announcements after the first."""


R = TypeVar("R", bound=Announced)
Overdue = AsyncIterator[tuple[str, R]]


def grace(runtime: Runtime) -> timedelta:
    """How long an announced job may take to arrive before it counts as lost.

    Without a queue none is under way: what was announced and not done is to be done.
    """
    if runtime.settings.bus == "inline":
        return timedelta()
    return timedelta(seconds=2 * runtime.settings.tick_interval_seconds)


async def announce_again(
    runtime: Runtime,
    collection: Documents[R],
    job_of: Callable[[str, R], Job],
    point: Point | None,
    now: datetime,
    *overdue: Overdue[R],
) -> int:
    """Announce those whose turn it is of the `overdue` records (company id, record); returns how many.

    That is stored before it is done: an announcement that is lost again waits for its next turn.
    """
    due = await _due(runtime, now, overdue)
    for first in range(0, len(due), MARKS_PER_COMMIT):
        part = due[first : first + MARKS_PER_COMMIT]
        writer = runtime.stores.db.batch()
        for company_id, record in part:
            collection.change(writer, company_id, record.id, repeats=record.repeats.after(now))
        await commit(writer, "sweep.mark")
        await announce_jobs(runtime, [job_of(*pair) for pair in part], point)
    return len(due)


async def _due(runtime: Runtime, now: datetime, overdue: tuple[Overdue[R], ...]) -> list[tuple[str, R]]:
    due: list[tuple[str, R]] = []
    for found in overdue:
        async for company_id, record in found:
            if record.repeats.is_due(now, grace(runtime)):
                due.append((company_id, record))
            if len(due) == JOBS_PER_TICK:
                return due
    return due
