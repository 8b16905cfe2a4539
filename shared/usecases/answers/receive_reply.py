"""Something a person wrote: an answer to one of our messages, STOP or START, or a case for a person."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

from shared.domain.channels.channel import Channel
from shared.domain.ids import computed_id
from shared.domain.messages.conversation import MAY_HAVE_ARRIVED
from shared.domain.messages.earlier_steps import apart
from shared.domain.messages.invite import reference_in
from shared.domain.messages.message import Message
from shared.domain.messages.open_conversation import OpenConversation, conversations_of
from shared.domain.messages.purpose import Purpose
from shared.domain.messages.reply import Reply
from shared.domain.messages.sending import IncomingMessage
from shared.domain.record import replace
from shared.domain.replies.asked import ReplyMeaning
from shared.firestore.queries.messages import MESSAGES_BY_PROVIDER_ID, MESSAGES_TO_ADDRESS
from shared.firestore.queries.senders import SENDERS_AT_ADDRESS
from shared.runtime import Runtime
from shared.usecases.answers.find_offers import find_offers

LOOKED_AT = 20  # messages to one person
_ASKING = (Purpose.CAMPAIGN, Purpose.LIST_CONFIRMATION, Purpose.WRITTEN)
_NEVER = datetime.min.replace(tzinfo=UTC)


async def receive_reply(
    runtime: Runtime, company_id: str, sender_id: str, channel: Channel, incoming: IncomingMessage
) -> Reply:
    """Store the reply with its meaning, and apply it. The same reply again changes nothing."""
    # Receipts, of which there are many more, need none of it.
    from shared.usecases.answers.apply_reply import Received, apply_reply

    reply_id = computed_id(sender_id, incoming.provider_id)
    stored = await runtime.stores.replies.find(company_id, reply_id)
    written, (reference, incoming) = incoming.body, _by_invite(channel, incoming)
    if stored is not None:  # a try before this one may have been cut short
        return await _bound(runtime, company_id, reference, stored)
    sender_ids = await _senders_at(runtime, company_id, sender_id, channel, incoming)
    answered = await _answered(runtime, company_id, sender_ids, incoming)
    address = answered.address if answered else await _address(runtime, company_id, channel, incoming)
    every = await _messages_to(runtime, company_id, sender_ids, channel, address, incoming.replies_to)
    found, incoming = _with(answered, _asking(every, incoming.replies_to), incoming)
    reply = Reply(
        id=reply_id,
        sender_id=sender_id,
        channel=channel,
        address=found[0].address if found else address,
        body=written,
        received_at=runtime.now(),
        meaning=ReplyMeaning.UNCLEAR,
        media=incoming.media,
        choice=incoming.choice,
    )
    received = Received(
        reply=reply,
        incoming=incoming,
        message_ids=_asked_about(found),
        offers=await find_offers(runtime, company_id, found),
        talks=_talks(reply, sender_ids, incoming),
        reference=reference,
        sender_ids=sender_ids,
        names_other=_names_other(every, incoming),
        is_written_since=_is_written_since(every, incoming),
    )
    return await _bound(runtime, company_id, reference, await apply_reply(runtime, company_id, received))


def _with(
    answered: Message | None, found: list[Message], incoming: IncomingMessage
) -> tuple[list[Message], IncomingMessage]:
    """The messages with the one that is answered. A thank-you asks nothing: the question before it counts."""
    if answered is None or answered.id in {one.id for one in found}:
        return found, incoming
    if answered.purpose is Purpose.ACKNOWLEDGEMENT:
        return found, replace(incoming, answers_id=None)
    return [*found, answered], incoming


def _asked_about(found: Sequence[Message]) -> list[str]:
    """The ids of the messages, and of those whose appointments they ask about as well."""
    together = (item_id for one in found for item_id in apart(one.asked_with) if item_id)
    return list(dict.fromkeys((*(one.id for one in found), *together)))


def _talks(reply: Reply, sender_ids: Sequence[str], incoming: IncomingMessage) -> list[OpenConversation]:
    """The conversations that it opens: a mark at a message is no word."""
    if incoming.is_reaction:
        return []
    written_at = incoming.written_at or reply.received_at
    return conversations_of(reply.channel, sender_ids, reply.address, written_at)


def _by_invite(channel: Channel, incoming: IncomingMessage) -> tuple[str | None, IncomingMessage]:
    """The reference of the invitation by which somebody came, and what they say beside it."""
    if channel.record.deep_link is None:
        return None, incoming
    if incoming.reference is not None:
        return incoming.reference, incoming
    reference, words = reference_in(incoming.body)
    return reference, incoming if reference is None else replace(incoming, body=words)


async def _bound(runtime: Runtime, company_id: str, reference: str | None, reply: Reply) -> Reply:
    """The reply, once the contact who came by the reference has the address."""
    if reference is not None:
        from shared.usecases.answers.bind_contact import bind_contact  # few come by an invitation

        await bind_contact(runtime, company_id, reference, reply.id, reply.channel, reply.address)
    return reply


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


async def _answered(
    runtime: Runtime, company_id: str, sender_ids: Sequence[str], incoming: IncomingMessage
) -> Message | None:
    """The message that the answer names by its id: its person answers, from whichever mailbox."""
    item_id = incoming.answers_id or incoming.continues_id
    if item_id is None:
        return None
    message = await runtime.stores.messages.find(company_id, item_id)
    return message if message and message.sender_id in sender_ids and message.address else None


def _is_asking(message: Message, replies_to: str | None) -> bool:
    if message.purpose is Purpose.CAMPAIGN:
        return True
    is_meant = replies_to is not None and message.provider_id == replies_to
    return is_meant and message.purpose is not Purpose.ACKNOWLEDGEMENT


def _names_other(every: Sequence[Message], incoming: IncomingMessage) -> bool:
    """Whether it answers a message that is none of these, nor one whose id we have yet to learn."""
    if incoming.replies_to is None or incoming.answers_id is not None or not incoming.is_reply_sure:
        return False
    ids = {one.provider_id for one in every if one.state in MAY_HAVE_ARRIVED}
    return None not in ids and incoming.replies_to not in ids


def _is_written_since(every: Sequence[Message], incoming: IncomingMessage) -> bool:
    """Whether what names no message may answer what somebody of the company wrote last."""
    last = next((one for one in every if one.state in MAY_HAVE_ARRIVED and one.purpose in _ASKING), None)
    names = incoming.replies_to or incoming.answers_id
    return last is not None and last.purpose is Purpose.WRITTEN and names is None


def _asking(every: Sequence[Message], replies_to: str | None) -> list[Message]:
    """Those that ask something, with the message that is replied to.

    Who answers a list's question, or what somebody wrote to them, answers nothing else. After a thank-you
    the question before it counts.
    """
    return [one for one in every if _is_asking(one, replies_to)][:LOOKED_AT]


async def _messages_to(
    runtime: Runtime,
    company_id: str,
    sender_ids: Sequence[str],
    channel: Channel,
    address: str,
    replies_to: str | None,
) -> list[Message]:
    """What these senders sent the person lately, the newest first, with an older one that is replied to."""
    messages, spellings = runtime.stores.messages, channel.record.address.spellings(address)
    pages = await asyncio.gather(
        *(
            messages.some(company_id, MESSAGES_TO_ADDRESS, spelling, sender_id, limit=LOOKED_AT)
            for spelling in spellings
            for sender_id in sender_ids
        )
    )
    found = [one for page in pages for one in page]
    if replies_to is not None and all(one.provider_id != replies_to for one in found):
        older = await messages.some(company_id, MESSAGES_BY_PROVIDER_ID, replies_to, limit=2)
        found += [one for one in older if one.sender_id in sender_ids and one.address in spellings]
    return sorted(found, key=lambda one: one.sent_at or one.sending_at or _NEVER, reverse=True)
