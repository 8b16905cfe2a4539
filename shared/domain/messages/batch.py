"""A batch: up to 100 messages of one fire and one sender with a planned start; the unit of queueing."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from shared.domain.ids import computed_id
from shared.domain.job import SendBatch
from shared.domain.lease import leased
from shared.domain.messages.message import Message
from shared.domain.record import replace
from shared.domain.repeats import NO_REPEATS, Repeats


class BatchState(StrEnum):
    """waiting → dispatched → leased → done; a lease that ends, or work left over, leads back to waiting.

    HELD is a waiting batch of a paused fire, kept out of the dispatch tick's way.
    """

    WAITING = "waiting"
    HELD = "held"
    DISPATCHED = "dispatched"
    LEASED = "leased"
    DONE = "done"


class Batch(Struct, frozen=True, kw_only=True):
    """Messages that are claimed together. `company_id` is kept for the ticks' collection-group queries.

    `is_taken_over`: its sender sends them in place of another one.
    """

    id: str
    company_id: str
    fire_id: str
    sender_id: str
    message_ids: tuple[str, ...]
    planned_start: datetime
    state: BatchState = BatchState.WAITING
    dispatched_at: datetime | None = None
    attempt: int = 0
    lease_token: str | None = None
    lease_until: datetime | None = None
    repeats: Repeats = NO_REPEATS
    is_taken_over: bool = False


class Claim(Struct, frozen=True, kw_only=True):
    """A batch as it was when leased, and the token of the lease."""

    batch: Batch
    token: str

    def holds_until(self, moment: datetime) -> bool:
        """Whether the lease lasts longer than that."""
        return self.batch.lease_until is not None and moment < self.batch.lease_until


def batch_of(
    company_id: str,
    fire_id: str,
    sender_id: str,
    members: Sequence[Message],
    planned_start: datetime,
    now: datetime,
    dispatch_until: datetime,
) -> Batch:
    """A batch of these messages, announced at once when it starts soon."""
    is_soon = planned_start <= dispatch_until
    return Batch(
        id=computed_id(fire_id, "batch", members[0].id, planned_start.isoformat()),
        company_id=company_id,
        fire_id=fire_id,
        sender_id=sender_id,
        message_ids=tuple(message.id for message in members),
        planned_start=planned_start,
        state=BatchState.DISPATCHED if is_soon else BatchState.WAITING,
        dispatched_at=now if is_soon else None,
    )


def send_job(batch: Batch) -> SendBatch:
    """The job that sends the batch."""
    return SendBatch(company_id=batch.company_id, batch_id=batch.id, fire_id=batch.fire_id)


def taken(batch: Batch, token: str, now: datetime, seconds: float) -> Batch | None:
    """The batch leased under `token`; None when it is done, or another worker has it."""
    if batch.state is BatchState.DONE:
        return None
    return leased(batch, token, now, seconds, state=BatchState.LEASED, repeats=NO_REPEATS)


def closed(batch: Batch, token: str, again_at: datetime | None, *, is_paused: bool) -> Batch:
    """The batch after its work: done, or to be tried `again_at` with what is left; as it is when not ours."""
    if batch.lease_token != token or batch.state is not BatchState.LEASED:
        return batch
    if again_at is None:
        return replace(batch, lease_until=None, state=BatchState.DONE)
    state = BatchState.HELD if is_paused else BatchState.WAITING
    return replace(batch, lease_until=None, state=state, planned_start=again_at)
