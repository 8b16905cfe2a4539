"""Cloud Scheduler, once a day: delete what companies keep for a shorter time than the installation."""

from datetime import datetime

from functions.triggers import tick
from shared.runtime import Runtime
from shared.usecases.upkeep import delete_expired as usecase


@tick
async def delete_expired(runtime: Runtime, now: datetime) -> dict[str, int]:
    """Run the tick; returns its counts."""
    return await usecase.delete_expired(runtime, now)
