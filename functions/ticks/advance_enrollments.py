"""Cloud Scheduler, every minute: find the contacts in automations for whom something is due."""

from datetime import datetime

from functions.triggers import tick
from shared.runtime import Runtime
from shared.usecases.automations import advance_enrollments as usecase


@tick
async def advance_enrollments(runtime: Runtime, now: datetime) -> dict[str, int]:
    """Run the tick; returns its counts."""
    return await usecase.advance_enrollments(runtime, now)
