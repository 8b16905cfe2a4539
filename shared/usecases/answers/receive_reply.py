"""Something a person wrote: an answer to one of our messages, STOP or START, or a case for a person."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from shared.domain.campaigns.content import CampaignContent
from shared.domain.channels.channel import Channel
from shared.domain.contacts.consent import WordMeaning
from shared.domain.contacts.opt_out import (
    OptOut,
    OptOutSource,
    active,
    ended,
    holding,
    noted,
    opt_out_id,
    opt_out_ids,
)
from shared.domain.ids import computed_id
from shared.domain.messages.binding import Conversation, Offer, understood
from shared.domain.messages.message import Message
from shared.domain.messages.reply import Reply
from shared.domain.messages.sending import IncomingMessage
from shared.domain.replies.asked import ReplyMeaning
from shared.firestore.kit.transactions import Transaction, transact
from shared.firestore.queries.messages import MESSAGES_TO_ADDRESS
from shared.firestore.queries.senders import SENDERS_AT_ADDRESS
from shared.runtime import Runtime

LOOKED_AT = 20  # messages to one person
LONGEST_TEXT = 160
_NEVER = datetime.min.replace(tzinfo=UTC)


async def receive_reply(
    runtime: Runtime, company_id: str, sender_id: str, channel: Channel, incoming: IncomingMessage
) -> Reply:
    """Store the reply with its meaning, and apply it. The same reply again changes nothing."""
    stores, now = runtime.stores, runtime.now()
    reply_id = computed_id(sender_id, incoming.provider_id)
    stored = await stores.replies.find(company_id, reply_id)
    if stored is not None:
        return stored
    address = await _address(runtime, company_id, channel, incoming)
    sender_ids = await _senders_at(runtime, company_id, sender_id, channel, incoming)
    found = await _messages_to(runtime, company_id, sender_ids, channel, address)
    reply = Reply(
        id=reply_id,
        sender_id=sender_id,
        channel=channel,
        address=found[0].address if found else address,
        body=incoming.body,
        received_at=now,
        meaning=ReplyMeaning.UNCLEAR,
        media=incoming.media,
    )
    offers = await _offers(runtime, company_id, found)
    return await _apply(runtime, company_id, reply, incoming, [one.id for one in found], offers)


async def _address(runtime: Runtime, company_id: str, channel: Channel, incoming: IncomingMessage) -> str:
    """Who wrote, in the form in which messages have it. A number without its country is of the sender's."""
    from shared.domain.channels.addresses import received
    from shared.domain.channels.received_phones import region_of_phone

    written = incoming.from_address
    region = "" if written.startswith("+") else region_of_phone(incoming.to_address)
    if not region and not written.startswith("+"):
        region = (await runtime.stores.companies.get(company_id)).default_region
    return received(channel, written, region)


async def _senders_at(
    runtime: Runtime, company_id: str, told_id: str, channel: Channel, incoming: IncomingMessage
) -> list[str]:
    """The senders whose messages came from the number that was written to.

    A number of a pool sends for the pool's sender, and may be a sender by itself: the provider tells only one
    of them, by where it posts.
    """
    if incoming.pool_address is None:
        return [told_id]
    from shared.domain.channels.addresses import received

    senders = runtime.stores.senders
    pages = await asyncio.gather(
        *(
            senders.some(company_id, SENDERS_AT_ADDRESS, address, limit=LOOKED_AT)
            for address in (incoming.pool_address, received(channel, incoming.to_address))
        )
    )
    found = [sender.id for page in pages for sender in page if sender.channel == channel]
    return list(dict.fromkeys((told_id, *found)))


async def _messages_to(
    runtime: Runtime, company_id: str, sender_ids: Sequence[str], channel: Channel, address: str
) -> list[Message]:
    """What these senders sent to the person lately, the newest first."""
    messages = runtime.stores.messages
    pages = await asyncio.gather(
        *(
            messages.some(company_id, MESSAGES_TO_ADDRESS, spelling, sender_id, limit=LOOKED_AT)
            for spelling in channel.record.address.spellings(address)
            for sender_id in sender_ids
        )
    )
    found = [message for page in pages for message in page]
    return sorted(found, key=lambda one: one.sent_at or one.sending_at or _NEVER, reverse=True)[:LOOKED_AT]


async def _offers(runtime: Runtime, company_id: str, messages: list[Message]) -> dict[str, Offer]:
    """What each fire of the messages offers."""
    stores = runtime.stores
    offers: dict[str, Offer] = {}
    for fire_id in dict.fromkeys(message.fire_id for message in messages):
        fire = await stores.fires.find(company_id, fire_id)
        if fire is not None:
            content = await stores.campaign_contents.frozen(company_id, fire.campaign_id, fire.content_hash)
            offers[fire_id] = _offer(content)
    return offers


def _offer(content: CampaignContent) -> Offer:
    campaign = content.campaign
    return Offer(
        options=campaign.reply_options,
        closes_before=timedelta(minutes=campaign.answers_close_minutes),
        languages={step.id: content.templates[step.template_id].language for step in campaign.steps},
    )


async def _apply(
    runtime: Runtime,
    company_id: str,
    reply: Reply,
    incoming: IncomingMessage,
    message_ids: list[str],
    offers: dict[str, Offer],
) -> Reply:
    """Understand the reply by what holds now, and store it together with what follows from it."""
    stores = runtime.stores
    consent_ids = opt_out_ids(reply.channel, reply.address)

    async def apply(transaction: Transaction) -> Reply:
        stored = await stores.replies.find(company_id, reply.id, transaction)
        found = await stores.messages.find_many(company_id, message_ids, transaction)
        opt_outs = await stores.opt_outs.find_many(company_id, consent_ids, transaction)
        if stored is not None:
            return stored
        refusal = holding(consent_ids, active(opt_outs.values()))
        talk = Conversation(
            messages=[found[item_id] for item_id in message_ids if item_id in found],
            offers=offers,
            is_refused=refusal is not None and not refusal.is_bounce,
        )
        done = understood(reply, incoming, talk)
        stores.replies.put(transaction, company_id, done.id, done)
        for given in done.answers:
            message = replace(found[given.message_id], disposition=given.disposition)
            stores.messages.put(transaction, company_id, message.id, message)
        for opt_out in _consent(done, list(opt_outs.values())):
            stores.opt_outs.put(transaction, company_id, opt_out.id, opt_out)
        return done

    return await transact(stores.db, apply, "receive_reply")


def _consent(reply: Reply, stored: list[OptOut]) -> list[OptOut]:
    """What changes of the person's opt-outs. Whoever writes is in reach: that ends what bounces taught."""
    at, text = reply.received_at, reply.body[:LONGEST_TEXT]
    said = OptOut(
        id=opt_out_id(reply.channel, reply.address),
        channel=reply.channel,
        address=reply.address,
        is_active=reply.consent is WordMeaning.OPT_OUT,
        source=OptOutSource.REPLY,
        changed_at=at,
        text=text,
        message_id=reply.message_id,
    )
    if reply.consent is WordMeaning.OPT_OUT:
        opt_out = noted(stored, said)
        return [opt_out] if opt_out else []
    is_in = reply.consent is WordMeaning.OPT_IN
    over = [
        ended(one, OptOutSource.REPLY, at, text)
        for one in stored
        if one.is_active and (is_in or one.is_bounce)
    ]
    return over or ([said] if is_in and not stored else [])
