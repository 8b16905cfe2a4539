"""Which ticks were taken, so that the same tick twice does nothing.

Ticks belong to no company: this is the one collection beside the companies.
"""

from datetime import datetime, timedelta

from google.api_core.exceptions import AlreadyExists
from google.cloud.firestore import AsyncClient
from msgspec import Struct

from shared.domain.ids import computed_id
from shared.firestore.kit.codec import record_in, to_document
from shared.firestore.kit.retries import READ_RETRY

KEPT = timedelta(days=2)


class Tick(Struct, frozen=True, kw_only=True):
    """That a tick was taken. `expires_at` has a TTL policy."""

    id: str
    job: str
    scheduled_at: datetime
    expires_at: datetime


class Beat(Struct, frozen=True, kw_only=True):
    """When a job last ran to its end, and what it counted then."""

    id: str
    at: datetime
    counts: dict[str, int]


class Ticks:
    """Ticks by job and scheduled time."""

    def __init__(self, db: AsyncClient) -> None:
        self._db = db

    async def take(self, job: str, scheduled_at: datetime) -> bool:
        """Whether this tick is ours: false when it was taken before."""
        item_id = computed_id(job, scheduled_at.isoformat())
        tick = Tick(id=item_id, job=job, scheduled_at=scheduled_at, expires_at=scheduled_at + KEPT)
        try:
            await self._db.collection("ticks").document(item_id).create(to_document(tick))
        except AlreadyExists:
            return False
        return True

    async def give_back(self, job: str, scheduled_at: datetime) -> None:
        """Forget a tick whose work failed, so that Cloud Scheduler's retry does it."""
        await self._db.collection("ticks").document(computed_id(job, scheduled_at.isoformat())).delete()

    async def beat(self, job: str, at: datetime, counts: dict[str, int] | None = None) -> None:
        """Note that the job has run to its end. What is noted has no end and stays."""
        beat = Beat(id=job, at=at, counts=counts or {})
        await self._db.collection("ticks").document(_beat_id(job)).set(to_document(beat))

    async def last_beat(self, job: str) -> Beat | None:
        """When the job last ran to its end, if it ever did."""
        snapshot = await self._db.collection("ticks").document(_beat_id(job)).get(retry=READ_RETRY)
        return record_in(Beat, snapshot) if snapshot.exists else None


def _beat_id(job: str) -> str:
    return computed_id(job, "beat")
