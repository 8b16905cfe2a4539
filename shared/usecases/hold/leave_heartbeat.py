"""Leave the time of a sweep where a restored database would be known by it (check_database)."""

from datetime import datetime

from shared.runtime import Runtime
from shared.usecases.hold.check_database import heartbeat_place


async def leave_heartbeat(runtime: Runtime, now: datetime) -> None:
    """In the database first and then in Cloud Storage, which so is never ahead of it."""
    await runtime.stores.system.beat(now)
    await runtime.files.save_text(heartbeat_place(runtime.settings.project_id), now.isoformat())
