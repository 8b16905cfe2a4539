"""/v1/broadcasts: messages in two waves on each working day."""

from fastapi import APIRouter, Request, Response

from functions.api.broadcast_shapes import (
    BroadcastChanges,
    BroadcastInput,
    BroadcastOutput,
    CancelBroadcastInput,
    LiveBroadcastOutput,
    MadeOutput,
    live_output,
)
from functions.api.kit.authentication import Caller, Reader, Sending
from functions.api.kit.idempotency import new_id
from functions.api.kit.paging import Page, list_page
from functions.api.kit.route import ApiRoute
from functions.api.kit.shapes import ItemId, Listed
from shared.domain.campaigns.broadcast import Broadcast, BroadcastState
from shared.usecases.campaigns.cancel_broadcast import cancel_broadcast
from shared.usecases.campaigns.save_broadcast import create_broadcast, edit_broadcast
from shared.usecases.fires.make_broadcast import make_broadcast
from shared.views import broadcasts as view

router = APIRouter(prefix="/v1/broadcasts", tags=["broadcasts"], route_class=ApiRoute)


@router.post("", status_code=201)
async def add_broadcast(
    caller: Sending, body: BroadcastInput, request: Request, response: Response
) -> BroadcastOutput:
    """Plan the first broadcast of a series."""
    now, item_id = caller.runtime.now(), new_id(request)
    planned = Broadcast(
        id=item_id,
        series_id=item_id,
        number=1,
        run_at=now,
        created_at=now,
        updated_at=now,
        asked_by=_by(caller),
        **body.given(),
    )
    broadcast = await create_broadcast(caller.runtime, caller.company_id, planned)
    response.headers["Location"] = f"/v1/broadcasts/{broadcast.id}"
    return BroadcastOutput.of(broadcast)


@router.get("")
async def list_broadcasts(
    caller: Reader, paging: Page, state: BroadcastState | None = None, series_id: ItemId | None = None
) -> Listed[BroadcastOutput]:
    """The company's broadcasts, newest first."""
    return await list_page(
        caller, paging, BroadcastOutput, view.list_broadcasts, state=state, series_id=series_id
    )


@router.post("/make")
async def make_due_broadcast(caller: Sending) -> MadeOutput:
    """Make the nearest broadcast that is due today, once; a tick does so when its time has come.

    Its messages are built from its audience, the next of its series is planned, and it is marked as made.
    Nothing goes out before its time.
    """
    making = await make_broadcast(caller.runtime, caller.company_id)
    return MadeOutput(
        broadcast=BroadcastOutput.of(making.broadcast) if making.broadcast else None,
        following=BroadcastOutput.of(making.following) if making.following else None,
    )


@router.get("/{broadcast_id}")
async def get_broadcast(caller: Reader, broadcast_id: ItemId) -> LiveBroadcastOutput:
    """One broadcast: what it is at, its numbers and times, and why it waits."""
    return live_output(await view.get_broadcast(caller.runtime, caller.company_id, broadcast_id))


@router.patch("/{broadcast_id}")
async def change_broadcast(caller: Sending, broadcast_id: ItemId, body: BroadcastChanges) -> BroadcastOutput:
    """Change a broadcast that is planned. One that is made stays as it is."""
    changes = body.given() | {"asked_by": _by(caller)}
    changed = await edit_broadcast(caller.runtime, caller.company_id, broadcast_id, changes)
    return BroadcastOutput.of(changed)


def _by(caller: Caller) -> str:
    return f"key {caller.key.id}"


@router.post("/{broadcast_id}/cancel")
async def cancel_one_broadcast(
    caller: Sending, broadcast_id: ItemId, body: CancelBroadcastInput | None = None
) -> BroadcastOutput:
    """Cancel a broadcast: what has not gone out is skipped. A planned one ends its series."""
    goes_on = body.goes_on if body else False
    return BroadcastOutput.of(
        await cancel_broadcast(caller.runtime, caller.company_id, broadcast_id, goes_on=goes_on)
    )
