"""The record of a deletion: what was deleted of which class, how much, and when; it names nobody."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from msgspec import Struct, field

from shared.domain.record import replace


class DeletionState(StrEnum):
    """A deletion that was cut short, or had to leave something, stays RUNNING, and is gone on with."""

    RUNNING = "running"
    DONE = "done"


class Deletion(Struct, frozen=True, kw_only=True):
    """One deletion, of a person (`id` is the hash of the address) or of a company (`id` is the company's).

    `removed` are counts by class, added up over all runs; `left` what the last run could not delete yet. A
    person's says how far its run is: `part` is what is looked through now, `looked_through` how much was.
    """

    id: str
    asked_by: str
    started_at: datetime
    state: DeletionState = DeletionState.RUNNING
    runs: int = 1
    ended_at: datetime | None = None
    removed: dict[str, int] = field(default_factory=dict)
    left: dict[str, int] = field(default_factory=dict)
    part: str = ""
    looked_through: dict[str, int] = field(default_factory=dict)


def started(current: Deletion | None, item_id: str, asked_by: str, now: datetime) -> Deletion:
    """A deletion that begins, or goes on where another run was cut short."""
    if current is None:
        return Deletion(id=item_id, asked_by=asked_by, started_at=now)
    return replace(
        current,
        state=DeletionState.RUNNING,
        runs=current.runs + 1,
        ended_at=None,
        left={},
        part="",
        looked_through={},
    )


def with_removed(deletion: Deletion, removed: Mapping[str, int]) -> Deletion:
    """The record with these counts added."""
    counts = Counter(deletion.removed) + Counter(removed)
    return replace(deletion, removed=dict(counts))


def ended(deletion: Deletion, left: Mapping[str, int], now: datetime) -> Deletion:
    """The record at the end of a run."""
    remaining = {name: count for name, count in left.items() if count}
    state = DeletionState.RUNNING if remaining else DeletionState.DONE
    return replace(deletion, state=state, ended_at=now, left=remaining, part="")


def at_part(deletion: Deletion, part: str, looked_through: Mapping[str, int]) -> Deletion:
    """The record of a run that comes to `part`, having looked through so much more."""
    counts = Counter(deletion.looked_through) + Counter(looked_through)
    return replace(deletion, part=part, looked_through=dict(counts))


def run_again(deletion: Deletion, left: Mapping[str, int]) -> Deletion:
    """The record as another run follows, for what the last one left."""
    remaining = {name: count for name, count in left.items() if count}
    return replace(deletion, runs=deletion.runs + 1, left=remaining, looked_through={})
