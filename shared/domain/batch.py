"""A batch: up to 100 messages of one fire and one sender with a planned start; the unit of queueing."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


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
