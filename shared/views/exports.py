"""Messages and replies as CSV files, with the filters of their lists."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any

from shared.domain.messages.message import Message, MessageState
from shared.domain.messages.purpose import Purpose
from shared.domain.messages.reply import Reply
from shared.domain.record import replace
from shared.runtime import Runtime
from shared.views.kit.exports import Clock, csv_pieces, export_of, words
from shared.views.kit.paging import Page, PageAsked
from shared.views.messages import list_messages
from shared.views.names import campaign_names, sender_addresses
from shared.views.replies import list_replies


async def export_messages(
    runtime: Runtime,
    company_id: str,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    **filters: Any,
) -> AsyncIterator[bytes]:
    """The messages that `list_messages` gives with these filters, newest first, piece by piece.

    Tests are among them only where their fire or campaign is asked for. Raises InvalidInput for a wrong
    filter or too many: at once, not while the pieces are read.
    """
    clock = Clock((await runtime.stores.companies.get(company_id)).time_zone)

    async def read(asked: PageAsked) -> Page[Message]:
        page = await list_messages(runtime, company_id, asked, **filters)
        if filters.get("fire_id") or filters.get("campaign_id"):
            return page
        return replace(page, items=[one for one in page.items if one.purpose is not Purpose.TEST])

    async def lines(messages: Sequence[Message]) -> list[list[str]]:
        campaigns = await campaign_names(runtime, company_id, {one.campaign_id for one in messages})
        senders = await sender_addresses(runtime, company_id, {one.sender_id for one in messages})
        return [_message_line(one, clock, campaigns, senders) for one in messages]

    header = (
        *("Campaign", "Row", "Channel", "Sender", "Address", "Subject", "Text"),
        *("State", "Reason", "Delivery", "Delivery reason", "Answer"),
        *map(clock.heading, ("Created", "Planned for", "Sent")),
        *("Message id", "Fire id", "Provider's id"),
    )
    return await csv_pieces(header, export_of(since, until), read, lines)


def _message_line(
    message: Message, clock: Clock, campaigns: dict[str, str], senders: dict[str, str]
) -> list[str]:
    # A skipped message's reason is one of our names; every other one is a sentence.
    is_name = message.state is MessageState.SKIPPED
    return [
        campaigns.get(message.campaign_id, message.campaign_id),
        str(message.row_number or ""),
        message.channel,
        senders.get(message.sender_id, message.sender_id),
        message.address,
        message.subject,
        message.body,
        words(message.state),
        words(message.reason) if is_name else message.reason or "",
        words(message.delivery),
        message.delivery_reason or message.delivery_code or "",
        words(message.disposition),
        clock.show(message.created_at),
        clock.show(message.planned_for if message.state is MessageState.QUEUED else None),
        clock.show(message.sent_at),
        message.id,
        message.fire_id,
        message.provider_id or "",
    ]


async def export_replies(
    runtime: Runtime,
    company_id: str,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    **filters: Any,
) -> AsyncIterator[bytes]:
    """The replies that `list_replies` gives with these filters, newest first, piece by piece.

    Raises InvalidInput for a wrong filter or too many: at once, not while the pieces are read.
    """
    clock = Clock((await runtime.stores.companies.get(company_id)).time_zone)

    async def read(asked: PageAsked) -> Page[Reply]:
        return await list_replies(runtime, company_id, asked, **filters)

    async def lines(replies: Sequence[Reply]) -> list[list[str]]:
        found = {one.fire_id for one in replies if one.fire_id}
        fires = await runtime.stores.fires.find_many(company_id, found)
        names = await campaign_names(runtime, company_id, {fire.campaign_id for fire in fires.values()})
        campaigns = {key: names.get(fire.campaign_id, fire.campaign_id) for key, fire in fires.items()}
        senders = await sender_addresses(runtime, company_id, {one.sender_id for one in replies})
        return [_reply_line(one, clock, campaigns, senders) for one in replies]

    header = (
        clock.heading("Received"),
        *("Channel", "Address", "Sender", "Text", "Taken as", "Answer", "Campaign", "Note"),
        *("Reply id", "Message id", "Fire id"),
    )
    return await csv_pieces(header, export_of(since, until), read, lines)


def _reply_line(reply: Reply, clock: Clock, campaigns: dict[str, str], senders: dict[str, str]) -> list[str]:
    return [
        clock.show(reply.received_at),
        reply.channel,
        reply.address,
        senders.get(reply.sender_id, reply.sender_id),
        reply.body,
        words(reply.meaning),
        words(reply.disposition),
        campaigns.get(reply.fire_id or "", ""),
        reply.note,
        reply.id,
        reply.message_id or "",
        reply.fire_id or "",
    ]
