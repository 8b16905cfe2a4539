"""How jobs reach their workers: by the queue, in the process that announces them, or so while it fails."""

from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct

# A failure of which nothing more is heard is over: who had it may have ended before it could say so.
REMEMBERED = timedelta(minutes=15)


class Way(StrEnum):
    """By which way jobs go."""

    QUEUE = "queue"
    INLINE = "inline"
    FALLEN_BACK = "fallen_back"


class QueueFailure(Struct, frozen=True, kw_only=True):
    """Since when announcing jobs fails, and when it last did."""

    id: str
    since: datetime
    last_at: datetime

    def lasts(self, now: datetime) -> bool:
        """Whether it was heard of lately."""
        return now < self.last_at + REMEMBERED


class JobWay(Struct, frozen=True, kw_only=True):
    """By which way jobs go now; `since` when, if the queue fails."""

    way: Way
    since: datetime | None = None
