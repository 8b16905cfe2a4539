"""Cloud Scheduler, once a day: renew senders' credentials before they end."""

from datetime import datetime

from functions.triggers import tick
from shared.runtime import Runtime
from shared.usecases.senders import renew_credentials as usecase


@tick
async def renew_credentials(runtime: Runtime, now: datetime) -> dict[str, int]:
    """Run the tick; returns its counts."""
    return await usecase.renew_credentials(runtime, now)
