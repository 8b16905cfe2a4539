"""How fast a plan is written: so that a large change leaves the database to what is sent meanwhile."""

import asyncio
import time

EMAILS_A_SECOND = 500
# Then what is due is handed over, and a job of its own goes on: well before emails would be late.
SECONDS_A_JOB = 240.0


class WritingPace:
    """The pace of one job, from its beginning on."""

    def __init__(self) -> None:
        self._begun, self._count = time.monotonic(), 0

    async def after(self, count: int) -> None:
        """Wait after so many emails more, until they are no more than a second's on each second."""
        self._count += count
        ahead = self._count / EMAILS_A_SECOND - (time.monotonic() - self._begun)
        if ahead > 0:
            await asyncio.sleep(ahead)

    @property
    def is_over(self) -> bool:
        """Whether the job is to end with what it has done."""
        return time.monotonic() - self._begun >= SECONDS_A_JOB
