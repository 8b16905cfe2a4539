"""Know a database that went back in time: hold all sending, before anything is sent a second time.

Every sweep leaves its time in the database and then in Cloud Storage. Where Cloud Storage remembers a later
one than the database does, the database is older than it was. An outage, however long, makes no difference.
"""

from datetime import datetime

from google.api_core.exceptions import NotFound as ObjectNotFound

from shared import log
from shared.domain.alert import Alert
from shared.domain.hold import Hold
from shared.firestore.system import HOLD
from shared.runtime import Runtime

WENT_BACK = "The database is older than it was at {last:%Y-%m-%d %H:%M} UTC: it was restored from a backup."


async def check_database(runtime: Runtime, now: datetime) -> Hold | None:
    """The hold on sending, if there is one; a database that went back in time gets one, with an alert."""
    system = runtime.stores.system
    hold = await system.find_hold()
    if hold is not None:
        return hold
    last = await _remembered(runtime)
    known = await system.heartbeat()  # read second: a sweep between the two makes it later, never earlier
    if last is None or (known is not None and known >= last):
        return None
    reason = WENT_BACK.format(last=last)
    hold = Hold(id=HOLD, reason=reason, since=now, restored_to=known or last)
    await system.save_hold(hold)
    log.alert(Alert.DATABASE_RESTORED, 1, reason=reason)
    return hold


async def _remembered(runtime: Runtime) -> datetime | None:
    try:
        text = b"".join(
            [piece async for piece in runtime.files.read(heartbeat_place(runtime.settings.project_id))]
        )
    except ObjectNotFound:
        return None
    return datetime.fromisoformat(text.decode())


def heartbeat_place(project_id: str) -> str:
    """Where the time is kept: installations that share a bucket do not share their times."""
    return f"system/{project_id}/heartbeat"
