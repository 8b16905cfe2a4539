"""Messages: what became of each."""

from typing import Any

from shared.domain.campaigns.reply_option import Disposition
from shared.domain.channels.channel import Channel
from shared.domain.messages.message import Message, MessageState
from shared.domain.messages.sending import Delivery
from shared.firestore.queries.lists import MESSAGES
from shared.runtime import Runtime
from shared.views.kit.addresses import messages_at
from shared.views.kit.paging import Page, PageAsked, page_of
from shared.views.message_waits import ShownMessage, with_waits


async def list_messages(
    runtime: Runtime,
    company_id: str,
    asked: PageAsked,
    *,
    fire_id: str | None = None,
    campaign_id: str | None = None,
    sender_id: str | None = None,
    channel: Channel | None = None,
    state: MessageState | None = None,
    delivery: Delivery | None = None,
    disposition: Disposition | None = None,
    address: str | None = None,
) -> Page[Message]:
    """Messages that match every filter given, newest first. `address` is in any spelling.

    Raises InvalidInput for an address that is none.
    """
    return await page_of(
        runtime.stores.messages,
        company_id,
        asked,
        MESSAGES,
        await messages_at(runtime, company_id, address, channel),
        fire_id=fire_id,
        campaign_id=campaign_id,
        sender_id=sender_id,
        channel=channel,
        state=state,
        delivery=delivery,
        disposition=disposition,
    )


async def list_shown_messages(
    runtime: Runtime, company_id: str, asked: PageAsked, /, **filters: Any
) -> Page[ShownMessage]:
    """The same, each with what it waits for. Raises InvalidInput."""
    page = await list_messages(runtime, company_id, asked, **filters)
    return Page(await with_waits(runtime, company_id, page.items), page.next_after)


async def get_message(runtime: Runtime, company_id: str, message_id: str) -> ShownMessage:
    """One message. Raises NotFound."""
    message = await runtime.stores.messages.get(company_id, message_id)
    return (await with_waits(runtime, company_id, [message]))[0]
