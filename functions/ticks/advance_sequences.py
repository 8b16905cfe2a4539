"""Cloud Scheduler, every few minutes: go on with the companies' sequences."""

from datetime import datetime

from functions.triggers import tick
from shared.runtime import Runtime
from shared.usecases.sequences import advance_sequences as usecase


@tick
async def advance_sequences(runtime: Runtime, now: datetime) -> dict[str, int]:
    """Run the tick; returns its counts."""
    return await usecase.advance_sequences(runtime, now)
