"""By which way jobs go: what the status pages say."""

from shared.domain.queue_failure import JobWay, Way
from shared.runtime import Runtime


async def job_way(runtime: Runtime) -> JobWay:
    """Through the queue; or in the processes that announce them, as is set, or as the queue fails."""
    if runtime.settings.bus == "inline":
        return JobWay(way=Way.INLINE)
    failure = await runtime.stores.system.find_queue_failure()
    if failure is None or not failure.lasts(runtime.now()):
        return JobWay(way=Way.QUEUE)
    return JobWay(way=Way.FALLEN_BACK, since=failure.since)
