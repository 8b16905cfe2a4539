"""A fire: one run of a campaign, its frozen content, and the ledger that must close."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class FireState(StrEnum):
    """The control state that workers read in their transactions. Written by people, seldom."""

    FIRING = "firing"
    PAUSED = "paused"
    CANCELED = "canceled"


@dataclass(frozen=True, kw_only=True, slots=True)
class Fire:
    """One run of a campaign. `id` is computed from campaign and slot, so a slot fires once.

    `planned` is rows times steps: every row gives one message or failure a step.
    `chunks_stored` becomes true when every chunk of the audience is written; until then the sweep
    goes on with it. `traceparent` is the trace it was started in. `progress` lives in another document
    (FireProgress), as summaries write it often.
    """

    id: str
    campaign_id: str
    slot: str
    content_hash: str
    fired_at: datetime
    file_id: str | None = None
    state: FireState = FireState.FIRING
    planned: int = 0
    chunk_count: int = 0
    chunks_stored: bool = False
    is_closed: bool = False
    note: str = ""
    traceparent: str = ""

    def is_past_retention(self, now: datetime, days: float) -> bool:
        """Whether its messages are being deleted for their age, so that no count of them is true."""
        return now >= self.fired_at + timedelta(days=days)


class ChunkState(StrEnum):
    """Where a chunk of a fire's audience is on its way to messages."""

    WAITING = "waiting"
    LEASED = "leased"
    DONE = "done"


@dataclass(frozen=True, kw_only=True, slots=True)
class Chunk:
    """One piece of a fire's audience: the unit of queueing, one row chunk of a file.

    `number` is the row chunk's; `rows_before` gives its place on the sender's timeline. `planned_at`
    is when it was first claimed: planning again plans for the same moment.
    """

    id: str
    fire_id: str
    number: int
    rows_before: int
    published_at: datetime
    state: ChunkState = ChunkState.WAITING
    planned_at: datetime | None = None
    attempt: int = 0
    lease_token: str | None = None
    lease_until: datetime | None = None


class ProgressStatus(StrEnum):
    """What a fire amounts to, as people read it."""

    FIRING = "firing"
    PAUSED = "paused"
    SENT = "sent"
    NEEDS_ATTENTION = "needs_attention"
    CANCELED = "canceled"


@dataclass(frozen=True, kw_only=True, slots=True)
class Ledger:
    """The sum that must hold: planned = sent + skipped + failed + unknown + pending."""

    planned: int = 0
    sent: int = 0
    skipped: int = 0
    failed: int = 0
    unknown: int = 0
    pending: int = 0

    @property
    def is_balanced(self) -> bool:
        """Whether every planned message is accounted for."""
        return self.planned == self.sent + self.skipped + self.failed + self.unknown + self.pending

    @property
    def percent(self) -> int:
        """Settled messages in percent, 100 only when nothing is pending."""
        if not self.planned:
            return 100
        return (self.planned - self.pending) * 100 // self.planned


@dataclass(frozen=True, kw_only=True, slots=True)
class FireProgress:
    """A fire's summary, recomputed from stored states; running it twice or late changes nothing."""

    id: str
    fire_id: str
    ledger: Ledger
    status: ProgressStatus
    percent: int
    updated_at: datetime


def status_of(fire: Fire, ledger: Ledger, *, all_planned: bool) -> ProgressStatus:
    """What the fire amounts to. It closes only when nothing is pending, and never as sent while unknown."""
    if not all_planned or ledger.pending or not ledger.is_balanced:
        return ProgressStatus.PAUSED if fire.state is FireState.PAUSED else ProgressStatus.FIRING
    if ledger.unknown:
        return ProgressStatus.NEEDS_ATTENTION
    return ProgressStatus.CANCELED if fire.state is FireState.CANCELED else ProgressStatus.SENT
