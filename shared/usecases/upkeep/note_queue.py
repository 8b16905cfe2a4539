"""Note that the queue takes no jobs, or takes them again."""

import logging

from google.api_core.exceptions import GoogleAPIError

from shared import log
from shared.domain.queue_failure import QueueFailure
from shared.firestore.system import QUEUE_FAILURE
from shared.runtime import Runtime


async def note_queue(runtime: Runtime, is_failing: bool) -> None:
    """Keep it for whoever asks how jobs go. What cannot be noted stops no work."""
    now, system = runtime.now(), runtime.stores.system
    try:
        if not is_failing:
            await system.end_queue_failure()
            log.event("queue takes jobs again")
            return
        known = await system.find_queue_failure()
        since = known.since if known is not None and known.lasts(now) else now
        await system.save_queue_failure(QueueFailure(id=QUEUE_FAILURE, since=since, last_at=now))
    except GoogleAPIError as error:
        log.event("queue not noted", level=logging.WARNING, error_type=type(error).__name__)
        return
    log.event("queue fails", level=logging.ERROR, since=since.isoformat())
