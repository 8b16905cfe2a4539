"""/v1/notices: what the company must know and do something about."""

from datetime import datetime

from fastapi import APIRouter

from functions.api.kit.authentication import Reader, Writer
from functions.api.kit.paging import Page, list_page
from functions.api.kit.route import ApiRoute
from functions.api.kit.shapes import ItemId, Listed, Output
from shared.domain.fires.notice import NoticeKind
from shared.usecases.companies.mark_notice_read import mark_notice_read
from shared.views import notices as view

router = APIRouter(prefix="/v1/notices", tags=["notices"], route_class=ApiRoute)


class NoticeOutput(Output):
    """A notice. `text` says what happened and what to do; `read_at` is null until somebody has read it."""

    id: str
    kind: NoticeKind
    text: str
    created_at: datetime
    sender_id: str | None
    campaign_id: str | None
    file_id: str | None
    fire_id: str | None
    endpoint_id: str | None
    automation_id: str | None
    contact_id: str | None
    read_at: datetime | None


@router.get("")
async def list_notices(
    caller: Reader,
    paging: Page,
    kind: NoticeKind | None = None,
    is_read: bool | None = None,
    sender_id: ItemId | None = None,
    campaign_id: ItemId | None = None,
) -> Listed[NoticeOutput]:
    """The company's notices, newest first. With `is_read=false`, those that nobody has read."""
    return await list_page(
        caller,
        paging,
        NoticeOutput,
        view.list_notices,
        kind=kind,
        is_read=is_read,
        sender_id=sender_id,
        campaign_id=campaign_id,
    )


@router.get("/{notice_id}")
async def get_notice(caller: Reader, notice_id: ItemId) -> NoticeOutput:
    """One notice."""
    return NoticeOutput.of(await view.get_notice(caller.runtime, caller.company_id, notice_id))


@router.post("/{notice_id}/read")
async def read_notice(caller: Writer, notice_id: ItemId) -> NoticeOutput:
    """Say that it was read."""
    return NoticeOutput.of(await mark_notice_read(caller.runtime, caller.company_id, notice_id))
