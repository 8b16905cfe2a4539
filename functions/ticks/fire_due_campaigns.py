"""Cloud Scheduler, every five minutes: start the campaigns whose time has come."""

from datetime import datetime

from functions.triggers import tick
from shared.runtime import Runtime
from shared.usecases.fires import fire_due_campaigns as usecase


@tick
async def fire_due_campaigns(runtime: Runtime, now: datetime) -> dict[str, int]:
    """Run the tick; returns its counts."""
    return await usecase.fire_due_campaigns(runtime, now)
