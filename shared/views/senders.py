"""Senders: what messages may come from."""

from shared.domain.senders.sender import Sender
from shared.runtime import Runtime
from shared.views.kit.paging import Page, PageAsked, page_of


async def list_senders(runtime: Runtime, company_id: str, asked: PageAsked) -> Page[Sender]:
    """The company's senders."""
    return await page_of(runtime.stores.senders, company_id, asked)


async def get_sender(runtime: Runtime, company_id: str, sender_id: str) -> Sender:
    """One sender. Raises NotFound."""
    return await runtime.stores.senders.get(company_id, sender_id)
