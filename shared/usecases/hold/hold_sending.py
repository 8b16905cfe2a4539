"""Hold all sending of all companies, and let it go on."""

from datetime import datetime

from shared import log
from shared.domain.errors import Conflict
from shared.domain.hold import Hold
from shared.domain.record import replace
from shared.firestore.system import HOLD
from shared.runtime import Runtime
from shared.usecases.hold.leave_heartbeat import leave_heartbeat


async def hold_sending(runtime: Runtime, reason: str, restored_to: datetime | None = None) -> Hold:
    """From now on no message is marked to be sent; what is on its way to a provider this moment still goes.

    A hold that is there already keeps its beginning.
    """
    system = runtime.stores.system
    known = await system.find_hold()
    hold = known or Hold(id=HOLD, reason=reason, since=runtime.now())
    if restored_to is not None:
        hold = replace(hold, restored_to=restored_to, settled_at=None)
    await system.save_hold(hold)
    log.event("sending held", reason=hold.reason)
    return hold


async def release_sending(runtime: Runtime, now: datetime) -> bool:
    """Let sending go on; False when nothing was held. Campaigns that were paused stay so.

    Raises Conflict after a restore until everything is settled.
    """
    system = runtime.stores.system
    hold = await system.find_hold()
    if hold is None:
        return False
    if not hold.is_releasable:
        raise Conflict(
            f"{hold.reason} What was sent since then is not settled yet: run after-restore until it says so."
        )
    await leave_heartbeat(runtime, now)  # what Cloud Storage remembers of the time before holds no more
    await system.release()
    log.event("sending released")
    return True
