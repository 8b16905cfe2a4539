"""Replies: what people wrote, and what it was taken to mean."""

from shared.domain.campaigns.reply_option import Disposition
from shared.domain.channels.channel import Channel
from shared.domain.messages.reply import Reply
from shared.domain.replies.asked import Flag, ReplyMeaning
from shared.firestore.kit.query import Match
from shared.firestore.queries.lists import REPLIES
from shared.runtime import Runtime
from shared.views.kit.addresses import messages_at
from shared.views.kit.paging import Page, PageAsked, page_of


async def list_replies(
    runtime: Runtime,
    company_id: str,
    asked: PageAsked,
    *,
    fire_id: str | None = None,
    campaign_id: str | None = None,
    message_id: str | None = None,
    sender_id: str | None = None,
    channel: Channel | None = None,
    meaning: ReplyMeaning | None = None,
    waits: bool | None = None,
    contradicts_earlier: bool | None = None,
    disposition: Disposition | None = None,
    address: str | None = None,
    assigned_to: str | None = None,
    flag: Flag | None = None,
) -> Page[Reply]:
    """Replies that match every filter given, newest first. `address` is in any spelling.

    Raises InvalidInput for an address that is none.
    """
    return await page_of(
        runtime.stores.replies,
        company_id,
        asked,
        REPLIES,
        await messages_at(runtime, company_id, address, channel),
        (Match("flags", flag),) if flag else (),
        fire_id=fire_id,
        campaign_id=campaign_id,
        message_id=message_id,
        sender_id=sender_id,
        channel=channel,
        meaning=meaning,
        disposition=disposition,
        waits=waits,
        contradicts_earlier=contradicts_earlier,
        assigned_to=assigned_to,
    )


async def get_reply(runtime: Runtime, company_id: str, reply_id: str) -> Reply:
    """One reply. Raises NotFound."""
    return await runtime.stores.replies.get(company_id, reply_id)
