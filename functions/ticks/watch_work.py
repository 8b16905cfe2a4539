"""Cloud Scheduler, every five minutes: raise an alert for what does not heal by itself."""

from datetime import datetime

from functions.triggers import tick
from shared.runtime import Runtime
from shared.usecases.upkeep import watch_work as usecase


@tick
async def watch_work(runtime: Runtime, now: datetime) -> dict[str, int]:
    """Run the tick; returns its counts."""
    return await usecase.watch_work(runtime, now)
