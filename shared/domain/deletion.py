"""The record of a deletion: what was deleted of which class, how much, and when; it names nobody."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum


class DeletionState(StrEnum):
    """A deletion that was cut short, or had to leave something, is RUNNING: asked again, it goes on."""

    RUNNING = "running"
    DONE = "done"


@dataclass(frozen=True, kw_only=True, slots=True)
class Deletion:
    """One deletion, of a person (`id` is the hash of the address) or of a company (`id` is the company's).

    `removed` are counts by class, added up over all runs; `left` what could not be deleted yet.
    """

    id: str
    asked_by: str
    started_at: datetime
    state: DeletionState = DeletionState.RUNNING
    runs: int = 1
    ended_at: datetime | None = None
    removed: dict[str, int] = field(default_factory=dict)
    left: dict[str, int] = field(default_factory=dict)


def started(current: Deletion | None, item_id: str, asked_by: str, now: datetime) -> Deletion:
    """A deletion that begins, or goes on where another run was cut short."""
    if current is None:
        return Deletion(id=item_id, asked_by=asked_by, started_at=now)
    return replace(current, state=DeletionState.RUNNING, runs=current.runs + 1, ended_at=None, left={})


def with_removed(deletion: Deletion, removed: Mapping[str, int]) -> Deletion:
    """The record with these counts added."""
    counts = Counter(deletion.removed) + Counter(removed)
    return replace(deletion, removed=dict(counts))


def ended(deletion: Deletion, left: Mapping[str, int], now: datetime) -> Deletion:
    """The record at the end of a run."""
    remaining = {name: count for name, count in left.items() if count}
    state = DeletionState.RUNNING if remaining else DeletionState.DONE
    return replace(deletion, state=state, ended_at=now, left=remaining)
