"""How often a job is announced again when nobody takes it: later each time, so that a queue is not flooded.

A job that waits in a long queue is not lost, and every announcement of it makes the queue longer.
"""

from datetime import datetime, timedelta

from msgspec import Struct

LONGEST_WAIT = timedelta(hours=1)
MOST_DOUBLINGS = 16


class Repeats(Struct, frozen=True, kw_only=True):
    """The announcements after the first, since the work was last taken: how many, and when the last was."""

    count: int = 0
    last_at: datetime | None = None

    def is_due(self, now: datetime, grace: timedelta) -> bool:
        """Whether to announce again what is overdue: at once, then after 2, 4, 8 … times `grace`."""
        wait = min(grace * 2 ** min(self.count, MOST_DOUBLINGS), LONGEST_WAIT)
        return self.last_at is None or now >= self.last_at + wait

    def after(self, now: datetime) -> "Repeats":
        """With one more announcement, made now."""
        return Repeats(count=self.count + 1, last_at=now)


NO_REPEATS = Repeats()
