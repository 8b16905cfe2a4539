"""Cloud Scheduler, every five minutes: settle by the providers' own history what receipts left open."""

from datetime import datetime

from functions.triggers import tick
from shared.runtime import Runtime
from shared.usecases.evidence import reconcile_sends as usecase


@tick
async def reconcile_sends(runtime: Runtime, now: datetime) -> dict[str, int]:
    """Run the tick; returns its counts."""
    return await usecase.reconcile_sends(runtime, now)
