"""Replies: what people wrote, and what it was taken to mean."""

from shared.domain.messages.reply import Reply, ReplyMeaning
from shared.runtime import Runtime
from shared.views.kit.paging import Page, PageAsked, page_of


async def list_replies(
    runtime: Runtime,
    company_id: str,
    asked: PageAsked,
    *,
    fire_id: str | None = None,
    message_id: str | None = None,
    meaning: ReplyMeaning | None = None,
    waits: bool | None = None,
    contradicts_earlier: bool | None = None,
) -> Page[Reply]:
    """Replies that match every filter given."""
    return await page_of(
        runtime.stores.replies,
        company_id,
        asked,
        fire_id=fire_id,
        message_id=message_id,
        meaning=meaning,
        waits=waits,
        contradicts_earlier=contradicts_earlier,
    )


async def get_reply(runtime: Runtime, company_id: str, reply_id: str) -> Reply:
    """One reply. Raises NotFound."""
    return await runtime.stores.replies.get(company_id, reply_id)
