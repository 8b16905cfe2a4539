"""Texts that people of the company answer with."""

from shared.domain.messages.saved_reply import SavedReply
from shared.firestore.queries.lists import SAVED_REPLIES
from shared.runtime import Runtime
from shared.views.kit.paging import Page, PageAsked, page_of


async def list_saved_replies(runtime: Runtime, company_id: str, asked: PageAsked) -> Page[SavedReply]:
    """The company's saved replies, newest first."""
    return await page_of(runtime.stores.saved_replies, company_id, asked, SAVED_REPLIES)
