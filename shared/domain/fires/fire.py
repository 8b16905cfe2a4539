"""A fire: one run of a campaign, its frozen content, and the ledger that must close."""

from datetime import datetime, timedelta
from enum import StrEnum
from itertools import islice, takewhile

from msgspec import Struct, field

from shared.domain.campaigns.audience import FoundAudience, LeftOut, Piece
from shared.domain.campaigns.send_again import NOBODY_AGAIN, SendAgain
from shared.domain.ids import computed_id
from shared.domain.job import QueueMessages
from shared.domain.repeats import NO_REPEATS, Repeats


class FireState(StrEnum):
    """The control state that workers read in their transactions. Written by people, seldom."""

    FIRING = "firing"
    PAUSED = "paused"
    CANCELED = "canceled"


class EmptyBecause(StrEnum):
    """Why a fire has no recipient."""

    NO_FILE = "no_file"  # nothing was loaded for it, though its time had come
    NO_NEW_FILE = "no_new_file"  # all was fired before: a quiet day
    NO_ROWS = "no_rows"  # its files have no row
    NO_PEOPLE = "no_people"  # nobody is in its audience


EMPTY_WORDS = {
    EmptyBecause.NO_FILE: "No file of this source was loaded yet.",
    EmptyBecause.NO_NEW_FILE: "No new file of this source was loaded since the last fire.",
    EmptyBecause.NO_ROWS: "The file has no rows.",
    EmptyBecause.NO_PEOPLE: "Nobody is in the audience.",
}


class PlannedStep(Struct, frozen=True, kw_only=True):
    """A step that the fire has come to: for so many recipients, read in so many chunks.

    `starts_at` is when its time comes; None: when the fire starts.
    """

    step_id: str
    planned: int
    chunk_count: int
    starts_at: datetime | None = None


class LaterStep(Struct, frozen=True, kw_only=True):
    """A step that is planned `seconds` after the sending of the step `after` has ended.

    `due_at` is when that is; None until it has ended.
    """

    step_id: str
    after: str
    seconds: int
    due_at: datetime | None = None


class Fire(Struct, frozen=True, kw_only=True):
    """One run of a campaign. `id` is computed from campaign and slot, so a slot fires once.

    `audience` is what the campaign's audience came to, `audience_key` its key. `steps` are those that are
    planned so far: each gives one message or failure for each of its recipients, but for those whom the
    campaign's row filter, if it has one, does not take. `chunks_stored` becomes true when every chunk of
    these steps is written; until then the sweep goes on with it, if nobody else does. `left_out` are files
    that somebody may expect in it. `send_again` names who gets it whatever was sent before; nobody leaves it
    to the campaign.
    `empty_because` says why it has no recipient, if it has none. `traceparent` is the trace it was started
    in. `is_standing`: it plans nothing; what answers people goes into it one by one (standing.py).
    `is_gathering`: who its people are is still being read. `is_first`: no fire of its source was before
    it. `is_alone`: since it began no other fire of the company was open beside it. `later` are the steps to
    come: while there are any, the fire goes on. `next_step_at` is when the first of them is due, as far as
    that is known. `starts_at` is when its first steps begin, where that is later than `fired_at`.
    It pauses by itself once at `pause_at_percent` (see error_limit.py); None: never, or not again.
    `progress` lives in another document (FireProgress), as summaries write it often.
    """

    id: str
    campaign_id: str
    slot: str
    content_hash: str
    fired_at: datetime
    audience: FoundAudience = field(default_factory=FoundAudience)
    audience_key: str = ""
    steps: tuple[PlannedStep, ...] = ()
    state: FireState = FireState.FIRING
    chunks_stored: bool = False
    is_closed: bool = False
    note: str = ""
    left_out: tuple[LeftOut, ...] = ()
    send_again: SendAgain = NOBODY_AGAIN
    empty_because: EmptyBecause | None = None
    traceparent: str = ""
    has_row_filter: bool = False
    is_first: bool = False
    is_alone: bool = False
    is_gathering: bool = False
    is_standing: bool = False
    later: tuple[LaterStep, ...] = ()
    next_step_at: datetime | None = None
    starts_at: datetime | None = None
    pause_at_percent: int | None = None

    @property
    def has_more(self) -> bool:
        """Whether steps are to come; of a canceled fire none is."""
        return bool(self.later) and self.state is not FireState.CANCELED

    def began_at(self, step_id: str) -> datetime:
        """When the step's part of the fire began."""
        starts = (step.starts_at for step in self.steps if step.step_id == step_id)
        return next(starts, None) or self.starts_at or self.fired_at

    @property
    def is_alarming(self) -> bool:
        """Whether rows were expected and there are none. A day without a new file is no alarm."""
        return self.empty_because not in (None, EmptyBecause.NO_NEW_FILE)

    @property
    def planned(self) -> int:
        """How many messages and failures the steps planned so far come to, before a row filter."""
        return sum(step.planned for step in self.steps)

    @property
    def chunk_count(self) -> int:
        """How many chunks the steps planned so far have."""
        return sum(step.chunk_count for step in self.steps)

    def places(self, first: int, end: int) -> list[tuple[str, int]]:
        """Step and number of the chunks at [first, end), counted through all steps."""
        every = ((step.step_id, number) for step in self.steps for number in range(step.chunk_count))
        return list(islice(every, first, end))

    def place_of(self, chunk: "Chunk") -> int:
        """Where the chunk stands among those of all steps."""
        before = takewhile(lambda step: step.step_id != chunk.step_id, self.steps)
        return sum(step.chunk_count for step in before) + chunk.number

    def is_past_retention(self, now: datetime, days: float) -> bool:
        """Whether its messages are being deleted for their age, so that no count of them is true."""
        return now >= self.fired_at + timedelta(days=days)


class ChunkState(StrEnum):
    """Where a chunk of a step's recipients is on its way to messages."""

    WAITING = "waiting"
    LEASED = "leased"
    DONE = "done"


class Chunk(Struct, frozen=True, kw_only=True):
    """Some recipients of one step of a fire: the unit of queueing.

    `id` is computed from fire, step and number. `piece` says who they are. `reserved_at` is where the step's
    time on its sender begins, and `recipients_before` the chunk's place in it. `planned_at` is when it was
    first claimed: planning again plans for the same moment. `filtered` counts its recipients whom the
    campaign's row filter did not take, once it is done.
    """

    id: str
    fire_id: str
    step_id: str
    number: int
    piece: Piece
    recipients_before: int
    reserved_at: datetime
    published_at: datetime
    state: ChunkState = ChunkState.WAITING
    planned_at: datetime | None = None
    filtered: int = 0
    attempt: int = 0
    lease_token: str | None = None
    lease_until: datetime | None = None
    repeats: Repeats = NO_REPEATS


def chunk_id(fire_id: str, step_id: str, number: int) -> str:
    """A chunk's id follows from its place, so storing it twice stores it once."""
    return computed_id(fire_id, step_id, "chunk", number)


def queue_job(company_id: str, chunk: Chunk) -> QueueMessages:
    """The job that turns the chunk into messages."""
    return QueueMessages(company_id=company_id, fire_id=chunk.fire_id, chunk_id=chunk.id)


class ProgressStatus(StrEnum):
    """What a fire amounts to, as people read it."""

    FIRING = "firing"
    PAUSED = "paused"
    SENT = "sent"
    NEEDS_ATTENTION = "needs_attention"
    EMPTY = "empty"  # it had no recipient: nothing was sent
    CANCELED = "canceled"


class Ledger(Struct, frozen=True, kw_only=True):
    """The sum that must hold: planned = sent + skipped + failed + unknown + pending.

    `filtered` stands beside it: recipients whom the campaign's row filter did not take are not planned.
    """

    planned: int = 0
    sent: int = 0
    skipped: int = 0
    failed: int = 0
    unknown: int = 0
    pending: int = 0
    filtered: int = 0

    def __add__(self, other: "Ledger") -> "Ledger":
        """Both together."""
        sums = {name: getattr(self, name) + getattr(other, name) for name in self.__struct_fields__}
        return Ledger(**sums)

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


class StepLedger(Struct, frozen=True, kw_only=True):
    """The ledger of one step of a fire."""

    step_id: str
    ledger: Ledger


class FireProgress(Struct, frozen=True, kw_only=True):
    """A fire's summary, recomputed from stored states; running it twice or late changes nothing.

    `ledger` is the sum of the steps' ledgers. `claim` is the token of the last
    worker that took it on itself to count.
    """

    id: str
    fire_id: str
    ledger: Ledger
    steps: tuple[StepLedger, ...]
    status: ProgressStatus
    percent: int
    updated_at: datetime
    claim: str | None = None


def status_of(fire: Fire, ledger: Ledger, *, all_planned: bool) -> ProgressStatus:
    """What the fire amounts to. It closes only when nothing is pending, and never as sent while unknown."""
    if not all_planned or ledger.pending or not ledger.is_balanced:
        return ProgressStatus.PAUSED if fire.state is FireState.PAUSED else ProgressStatus.FIRING
    if ledger.unknown:
        return ProgressStatus.NEEDS_ATTENTION
    if fire.state is FireState.CANCELED:
        return ProgressStatus.CANCELED
    return ProgressStatus.SENT if ledger.planned else ProgressStatus.EMPTY
