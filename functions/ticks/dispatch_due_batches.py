"""Cloud Scheduler, every minute: announce the batches that start before the next tick."""

from datetime import datetime

from functions.triggers import tick
from shared.runtime import Runtime
from shared.usecases.sending import dispatch_due_batches as usecase


@tick
async def dispatch_due_batches(runtime: Runtime, now: datetime) -> dict[str, int]:
    """Run the tick; returns its counts."""
    return await usecase.dispatch_due_batches(runtime, now)
