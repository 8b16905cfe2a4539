"""Jobs done in the process that announces them: where there is no queue, and while one does not answer."""

import contextvars
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence

from google.api_core.exceptions import GoogleAPIError, ServiceUnavailable

from shared import log
from shared.domain.job import SMALL_JOBS, Job
from shared.pubsub.publisher import Publisher

# After it failed, the queue is tried again so much later: until then nobody waits for it.
TRIED_AGAIN_SECONDS = 30.0


class InlinePublisher:
    """Runs jobs at once in this process: for small set-ups without Pub/Sub, and for tests of use cases."""

    def __init__(self, run: Callable[[Job], Awaitable[None]]) -> None:
        self._run = run
        self._waiting: contextvars.ContextVar[deque[Job] | None] = contextvars.ContextVar(
            "waiting", default=None
        )

    async def publish(self, jobs: Sequence[Job]) -> None:
        """Run the jobs one after the other. What a job announces runs after it, as it would from a topic."""
        waiting = self._waiting.get()
        if waiting is not None:
            waiting.extend(jobs)
            return
        waiting = deque(jobs)
        token = self._waiting.set(waiting)
        try:
            while waiting:
                await self._run(waiting.popleft())
        finally:
            self._waiting.reset(token)


class FallingBack:
    """Announces jobs to a queue; while that fails, small ones run in this process.

    A publish that failed may have been taken all the same: then its jobs come twice, and as always do nothing
    the second time.
    """

    def __init__(
        self,
        queue: Publisher,
        run: Callable[[Job], Awaitable[None]],
        note: Callable[[bool], Awaitable[None]],
    ) -> None:
        self._queue = queue
        self._here = InlinePublisher(run)
        self._note = note
        self._fails_until: float | None = None  # time.monotonic; None while the queue takes jobs

    async def publish(self, jobs: Sequence[Job]) -> None:
        """Announce the jobs. Raises GoogleAPIError for kinds that run nowhere else, while the queue fails."""
        if not jobs:
            return
        try:
            await self._announce(jobs)
        except GoogleAPIError as error:
            small = [job for job in jobs if isinstance(job, SMALL_JOBS)]
            if not small:
                raise
            log.event(
                "publishing failed", level=logging.WARNING, jobs=len(jobs), error_type=type(error).__name__
            )
            await self._here.publish(small)

    async def _announce(self, jobs: Sequence[Job]) -> None:
        if self._fails_until is not None and time.monotonic() < self._fails_until:
            raise ServiceUnavailable("The queue failed just before.")  # type: ignore[no-untyped-call]
        try:
            await self._queue.publish(jobs)
        except GoogleAPIError:
            self._fails_until = time.monotonic() + TRIED_AGAIN_SECONDS
            await self._note(True)
            raise
        if self._fails_until is not None:
            self._fails_until = None
            await self._note(False)
