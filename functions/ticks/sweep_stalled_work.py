"""Cloud Scheduler, every five minutes: find what was lost on its way and announce it again."""

from datetime import datetime

from functions.triggers import tick
from shared.runtime import Runtime
from shared.usecases.upkeep import sweep_stalled_work as usecase


@tick
async def sweep_stalled_work(runtime: Runtime, now: datetime) -> dict[str, int]:
    """Run the tick; returns its counts."""
    return await usecase.sweep_stalled_work(runtime, now)
