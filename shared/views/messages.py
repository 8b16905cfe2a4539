"""Messages: what became of each."""

from shared.domain.messages.message import Message, MessageState
from shared.runtime import Runtime
from shared.views.kit.paging import Page, PageAsked, page_of


async def list_messages(
    runtime: Runtime,
    company_id: str,
    asked: PageAsked,
    *,
    fire_id: str | None = None,
    campaign_id: str | None = None,
    state: MessageState | None = None,
    address: str | None = None,
) -> Page[Message]:
    """Messages that match every filter given. `address` is in its one form, such as +12125550187."""
    return await page_of(
        runtime.stores.messages,
        company_id,
        asked,
        fire_id=fire_id,
        campaign_id=campaign_id,
        state=state,
        address=address,
    )


async def get_message(runtime: Runtime, company_id: str, message_id: str) -> Message:
    """One message. Raises NotFound."""
    return await runtime.stores.messages.get(company_id, message_id)
