"""/v1/notices: what the company must know and do something about."""

from datetime import datetime

from fastapi import APIRouter

from functions.api.kit.authentication import Reader, Writer
from functions.api.kit.paging import Page, cursor_after, read_cursor
from functions.api.kit.route import ApiRoute
from functions.api.kit.shapes import ItemId, Listed, Output
from shared.domain.fires.notice import NoticeKind
from shared.firestore.queries.companies import NEWEST_NOTICES
from shared.usecases.companies.mark_notice_read import mark_notice_read

router = APIRouter(prefix="/v1/notices", tags=["notices"], route_class=ApiRoute)


class NoticeOutput(Output):
    """A notice. `text` says what happened and what to do; `read_at` is null until somebody has read it."""

    id: str
    kind: NoticeKind
    text: str
    created_at: datetime
    sender_id: str | None
    campaign_id: str | None
    read_at: datetime | None


@router.get("")
async def list_notices(caller: Reader, paging: Page) -> Listed[NoticeOutput]:
    """The company's notices, newest first."""
    notices = caller.runtime.stores.notices
    after = read_cursor(caller, notices.name, {}, paging.cursor)
    page = await notices.ordered_page(caller.company_id, NEWEST_NOTICES, limit=paging.limit, after=after)
    following = page.next_after and cursor_after(caller, notices.name, {}, page.next_after)
    return Listed(items=[NoticeOutput.of(item) for item in page.items], next_cursor=following)


@router.get("/{notice_id}")
async def get_notice(caller: Reader, notice_id: ItemId) -> NoticeOutput:
    """One notice."""
    return NoticeOutput.of(await caller.runtime.stores.notices.get(caller.company_id, notice_id))


@router.post("/{notice_id}/read")
async def read_notice(caller: Writer, notice_id: ItemId) -> NoticeOutput:
    """Say that it was read."""
    return NoticeOutput.of(await mark_notice_read(caller.runtime, caller.company_id, notice_id))
