"""Take a tick of Cloud Scheduler, so that the same one twice does nothing."""

from datetime import datetime

from shared import faults
from shared.runtime import Runtime


async def take_tick(runtime: Runtime, job: str, scheduled_at: datetime) -> bool:
    """Whether the tick is ours: false when it was taken before."""
    with faults.step("tick.take"):
        return await runtime.stores.ticks.take(job, scheduled_at)


async def give_back_tick(runtime: Runtime, job: str, scheduled_at: datetime) -> None:
    """Forget a tick whose work failed, so that the scheduler's retry does it."""
    await runtime.stores.ticks.give_back(job, scheduled_at)
