"""Which ticks were taken, so that the same tick twice does nothing.

Ticks belong to no company: this is the one collection beside the companies.
"""

from datetime import datetime, timedelta

from google.api_core.exceptions import AlreadyExists
from google.cloud.firestore import AsyncClient

from shared.domain.ids import computed_id

KEPT = timedelta(days=2)


class Ticks:
    """Ticks by job and scheduled time."""

    def __init__(self, db: AsyncClient) -> None:
        self._db = db

    async def take(self, job: str, scheduled_at: datetime) -> bool:
        """Whether this tick is ours: false when it was taken before. `expires_at` has a TTL policy."""
        tick = self._db.collection("ticks").document(computed_id(job, scheduled_at.isoformat()))
        try:
            await tick.create({"job": job, "scheduled_at": scheduled_at, "expires_at": scheduled_at + KEPT})
        except AlreadyExists:
            return False
        return True

    async def give_back(self, job: str, scheduled_at: datetime) -> None:
        """Forget a tick whose work failed, so that Cloud Scheduler's retry does it."""
        await self._db.collection("ticks").document(computed_id(job, scheduled_at.isoformat())).delete()
