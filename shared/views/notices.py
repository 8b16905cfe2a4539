"""Notices: what the company must know and do something about."""

from shared.domain.fires.notice import Notice, NoticeKind
from shared.firestore.queries.lists import NOTICES
from shared.runtime import Runtime
from shared.views.kit.paging import Page, PageAsked, page_of


async def list_notices(
    runtime: Runtime,
    company_id: str,
    asked: PageAsked,
    *,
    kind: NoticeKind | None = None,
    is_read: bool | None = None,
    sender_id: str | None = None,
    campaign_id: str | None = None,
) -> Page[Notice]:
    """The company's notices that match every filter given, newest first."""
    return await page_of(
        runtime.stores.notices,
        company_id,
        asked,
        NOTICES,
        kind=kind,
        is_read=is_read,
        sender_id=sender_id,
        campaign_id=campaign_id,
    )


async def get_notice(runtime: Runtime, company_id: str, notice_id: str) -> Notice:
    """One notice. Raises NotFound."""
    return await runtime.stores.notices.get(company_id, notice_id)
