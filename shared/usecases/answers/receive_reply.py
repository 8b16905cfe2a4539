"""Something a person wrote: an answer to one of our messages, STOP or START, or a case for a person."""

from dataclasses import replace
from datetime import datetime, timedelta

from shared.domain.campaigns.content import CampaignContent
from shared.domain.campaigns.replies import decide_reply
from shared.domain.campaigns.reply_option import Disposition, ReplyOption
from shared.domain.channels.channel import Channel
from shared.domain.contacts.consent import WordMeaning
from shared.domain.contacts.opt_out import OptOut, OptOutSource, opt_out_id
from shared.domain.ids import computed_id
from shared.domain.messages.message import Message, MessageState
from shared.domain.messages.reply import Reply, ReplyMeaning
from shared.domain.messages.sending import IncomingMessage
from shared.firestore.kit.transactions import Transaction, transact
from shared.firestore.queries.messages import MESSAGES_TO_ADDRESS
from shared.runtime import Runtime

ANSWERABLE_FOR = timedelta(days=14)
CANDIDATES = 20


async def receive_reply(
    runtime: Runtime, company_id: str, sender_id: str, channel: Channel, incoming: IncomingMessage
) -> Reply:
    """Store the reply with its meaning, and apply it. The same reply again changes nothing."""
    stores, now = runtime.stores, runtime.now()
    reply_id = computed_id(sender_id, incoming.provider_id)
    stored = await stores.replies.find(company_id, reply_id)
    if stored is not None:
        return stored
    candidates = await _candidates(runtime, company_id, sender_id, incoming, now)
    reply = Reply(
        id=reply_id,
        sender_id=sender_id,
        channel=channel,
        address=incoming.from_address,
        body=incoming.body,
        received_at=now,
        meaning=ReplyMeaning.UNCLEAR,
        candidates=tuple(message.id for message, _ in candidates),
    )
    reply = _understood(reply, incoming, candidates)
    return await _apply(runtime, company_id, reply)


async def _candidates(
    runtime: Runtime, company_id: str, sender_id: str, incoming: IncomingMessage, now: datetime
) -> list[tuple[Message, tuple[ReplyOption, ...]]]:
    """Messages this could answer: sent to that address lately, offering answers, not answered yet."""
    found = await runtime.stores.messages.some(
        company_id, MESSAGES_TO_ADDRESS, incoming.from_address, sender_id, limit=CANDIDATES
    )
    contents: dict[str, CampaignContent] = {}
    candidates = []
    for message in found:
        is_recent = message.sent_at is not None and message.sent_at > now - ANSWERABLE_FOR
        if message.state is not MessageState.SENT or message.disposition or not is_recent:
            continue
        if message.fire_id not in contents:
            fire = await runtime.stores.fires.get(company_id, message.fire_id)
            contents[message.fire_id] = await runtime.stores.campaign_contents.frozen(
                company_id, fire.campaign_id, fire.content_hash
            )
        options = contents[message.fire_id].campaign.reply_options
        if options:
            candidates.append((message, options))
    return candidates


def _understood(
    reply: Reply, incoming: IncomingMessage, candidates: list[tuple[Message, tuple[ReplyOption, ...]]]
) -> Reply:
    """What the reply means. STOP words always count as STOP; an answer needs one message it can belong to."""
    decisions = [(message, decide_reply(incoming.body, options)) for message, options in candidates]
    general = decide_reply(incoming.body, ())
    if incoming.is_opt_out or general.consent is WordMeaning.OPT_OUT:
        wants = next((d.may_also_mean for _, d in decisions if d.may_also_mean), None)
        return replace(reply, meaning=ReplyMeaning.OPT_OUT, note=f"May also mean: {wants}." if wants else "")
    known = [(message, d.disposition) for message, d in decisions if d.disposition is not None]
    if len(known) == 1:  # the one message that offers this answer
        return answered(reply, *known[0])
    if incoming.is_opt_in or (general.consent is WordMeaning.OPT_IN and not known):
        return replace(reply, meaning=ReplyMeaning.OPT_IN)
    if known:
        return replace(reply, note=f"{len(known)} messages could be meant.")
    return replace(reply, note="Not one of the offered answers." if candidates else "Answers no message.")


def answered(reply: Reply, message: Message, disposition: Disposition | None) -> Reply:
    """The reply as the answer to `message`."""
    return replace(
        reply,
        meaning=ReplyMeaning.ANSWER,
        message_id=message.id,
        fire_id=message.fire_id,
        disposition=disposition,
        note="",
    )


async def _apply(runtime: Runtime, company_id: str, reply: Reply) -> Reply:
    """Store the reply together with what follows from it."""
    stores = runtime.stores

    async def apply(transaction: Transaction) -> Reply:
        stored = await stores.replies.find(company_id, reply.id, transaction)
        message = None
        if reply.message_id is not None:
            message = await stores.messages.get(company_id, reply.message_id, transaction)
        if stored is not None:
            return stored
        if message is not None and message.disposition is not None:
            unclear = _overtaken(reply)
            stores.replies.put(transaction, company_id, reply.id, unclear)
            return unclear
        stores.replies.put(transaction, company_id, reply.id, reply)
        if message is not None:
            dispositioned = replace(message, disposition=reply.disposition)
            stores.messages.put(transaction, company_id, message.id, dispositioned)
        if reply.meaning in (ReplyMeaning.OPT_OUT, ReplyMeaning.OPT_IN):
            consent = _consent(reply)
            stores.opt_outs.put(transaction, company_id, consent.id, consent)
        return reply

    return await transact(stores.db, apply, "receive_reply")


def _overtaken(reply: Reply) -> Reply:
    """The reply, when another one answered its message in the same moment: a person decides."""
    return replace(
        reply,
        meaning=ReplyMeaning.UNCLEAR,
        message_id=None,
        fire_id=None,
        disposition=None,
        note="The message was answered already.",
    )


def _consent(reply: Reply) -> OptOut:
    return OptOut(
        id=opt_out_id(reply.channel, reply.address),
        channel=reply.channel,
        address=reply.address,
        is_active=reply.meaning is ReplyMeaning.OPT_OUT,
        source=OptOutSource.REPLY,
        changed_at=reply.received_at,
        text=reply.body[:160],
    )
