"""Notices: what the company must know and do something about."""

from shared.domain.fires.notice import Notice
from shared.firestore.queries.companies import NEWEST_NOTICES
from shared.runtime import Runtime
from shared.views.kit.paging import Page, PageAsked


async def list_notices(runtime: Runtime, company_id: str, asked: PageAsked) -> Page[Notice]:
    """The company's notices, newest first."""
    notices = runtime.stores.notices
    return await notices.ordered_page(company_id, NEWEST_NOTICES, limit=asked.limit, after=asked.after)


async def get_notice(runtime: Runtime, company_id: str, notice_id: str) -> Notice:
    """One notice. Raises NotFound."""
    return await runtime.stores.notices.get(company_id, notice_id)
