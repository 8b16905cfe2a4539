"""A batch: up to 100 messages of one fire and one sender with a planned start; the unit of queueing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.domain.ids import computed_id
from shared.domain.message import Message


class BatchState(StrEnum):
    """waiting → dispatched → leased → done; a lease that ends, or work left over, leads back to waiting.

    HELD is a waiting batch of a paused fire, kept out of the dispatch tick's way.
    """

    WAITING = "waiting"
    HELD = "held"
    DISPATCHED = "dispatched"
    LEASED = "leased"
    DONE = "done"


@dataclass(frozen=True, kw_only=True, slots=True)
class Batch:
    """Messages that are claimed together. `company_id` is kept for the ticks' collection-group queries."""

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
