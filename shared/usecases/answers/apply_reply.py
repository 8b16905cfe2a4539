"""Understand a reply by what holds now, and store it in one transaction with all that follows from it."""

import asyncio
from collections.abc import Mapping, Sequence

from msgspec import Struct, field

from shared.domain.companies.company import Company
from shared.domain.contacts.opt_out import OptOut, active, holding
from shared.domain.events.other_events import message_events, opt_out_events, option_events, reply_event
from shared.domain.fires.answering import Heard, after_answers, answers_to, events_for, may_be_answered
from shared.domain.messages.binding import understood
from shared.domain.messages.confirming import names_else
from shared.domain.messages.conversation import Conversation, Offer
from shared.domain.messages.message import Message
from shared.domain.messages.open_conversation import OpenConversation
from shared.domain.messages.reply import Reply, noted, replied
from shared.domain.messages.saying import TOLD_LATE, Saying, after_saying, concerned_ids, is_told_late
from shared.domain.messages.sending import IncomingMessage
from shared.domain.record import replace
from shared.domain.replies.own_words import own_meaning
from shared.firestore.kit.transactions import Transaction, transact
from shared.providers import registry
from shared.runtime import Runtime
from shared.usecases.answers.accept_invite import NOT_INVITED, Accepted, accept_invite
from shared.usecases.answers.confirm_lists import NOTHING_CONFIRMED, Confirmed, confirm_lists
from shared.usecases.answers.find_beside import find_beside
from shared.usecases.answers.prepare_answers import NOTHING, Prepared, announce_answers, prepare_answers
from shared.usecases.answers.prepare_tags import prepare_tags
from shared.usecases.contacts.ask_clearing import ask_clearing, to_be_cleared
from shared.usecases.contacts.tag_each import UNTAGGED, Tagged
from shared.usecases.ledger.mark_sums import mark_sums
from shared.usecases.outbox.open_outbox import Outbox, open_outbox


class Received(Struct, frozen=True, kw_only=True):
    """A reply as it came, with the messages it may be about, the newest first, and what their fires offer.

    `talks` are the conversations that it opens. `reference` is that of the invitation by which the person
    came, `sender_ids` are those at the address that was written to. `names_other`: it answers another one.
    `is_written_since`: it may answer what somebody of the company wrote after these.
    """

    reply: Reply
    incoming: IncomingMessage
    message_ids: Sequence[str]
    offers: Mapping[str, Offer]
    talks: Sequence[OpenConversation]
    reference: str | None = None
    sender_ids: Sequence[str] = ()
    names_other: bool = False
    is_written_since: bool = False


class _Applied(Struct, frozen=True, kw_only=True):
    """The reply, and what follows from it beside answers to messages: ready to be written."""

    reply: Reply
    opt_outs: Sequence[OptOut] = ()
    answers: Prepared = NOTHING
    tagged: Tagged = UNTAGGED
    talks: Sequence[OpenConversation] = ()
    messages: Mapping[str, Message] = field(default_factory=dict)
    confirmed: Confirmed = NOTHING_CONFIRMED
    accepted: Accepted = NOT_INVITED
    told: Sequence[str] = ()

    @property
    def fire_ids(self) -> set[str]:
        """The fires whose messages it says something of, or that it belongs to."""
        changed = {one.fire_id for one in replied(self.reply, self.messages)}
        return changed | ({self.reply.fire_id} if self.reply.fire_id else set())

    def write(self, runtime: Runtime, transaction: Transaction, company_id: str, outbox: Outbox) -> None:
        """Store all of it, with its events."""
        stores, reply = runtime.stores, self.reply
        stores.replies.put(transaction, company_id, reply.id, reply)
        events = [reply_event(reply), *opt_out_events(self.opt_outs)]
        events += option_events(reply, self.told, reply.received_at)
        for message in replied(reply, self.messages):
            stores.messages.put(transaction, company_id, message.id, message)
            events += message_events(self.messages[message.id], message, reply.received_at)
        for opt_out in self.opt_outs:
            stores.opt_outs.put(transaction, company_id, opt_out.id, opt_out)
        for talk in self.talks:
            stores.conversations.put(transaction, company_id, talk.id, talk)
        events += self.confirmed.joined
        for consent in self.confirmed.consents:
            stores.list_consents.put(transaction, company_id, consent.id, consent)
        self.answers.write(runtime, transaction, company_id)
        self.accepted.write(runtime, transaction, company_id)
        self.tagged.write(runtime, transaction, company_id, outbox)
        outbox.put(transaction, events)


async def apply_reply(runtime: Runtime, company_id: str, received: Received) -> Reply:
    """The reply as it is stored, once. What answers it is announced; lost, the sweep finds it."""
    stores, reply_id = runtime.stores, received.reply.id
    outbox = await open_outbox(runtime, company_id)
    made: list[_Applied] = []

    async def apply(transaction: Transaction) -> _Applied:
        stored = await stores.replies.find(company_id, reply_id, transaction)
        if stored is not None:
            return next((one for one in made if one.reply == stored), _Applied(reply=stored))
        made[:] = [await _read(runtime, company_id, transaction, received)]
        await mark_sums(runtime, company_id, made[0].fire_ids)
        made[0].write(runtime, transaction, company_id, outbox)
        return made[0]

    applied = await transact(stores.db, apply, "receive_reply")
    jobs = [*applied.answers.jobs, *applied.accepted.jobs]
    await announce_answers(runtime, jobs, "receive_reply.publish")
    await outbox.announce()
    await ask_clearing(runtime, company_id, applied.opt_outs)
    return applied.reply


async def _read(runtime: Runtime, company_id: str, transaction: Transaction, received: Received) -> _Applied:
    """Everything that is read in the transaction, and what follows from it."""
    stores, reply, ids = runtime.stores, received.reply, received.message_ids
    consent_ids = concerned_ids(reply.channel, reply.address, *received.sender_ids)
    company, found = await asyncio.gather(
        stores.companies.find(company_id), stores.messages.find_many(company_id, ids, transaction)
    )
    messages = {item_id: found[item_id] for item_id in ids if item_id in found}
    opt_outs, beside = await asyncio.gather(
        stores.opt_outs.find_many(company_id, consent_ids, transaction),
        find_beside(runtime, company_id, messages.values(), transaction),
    )
    talk = _talk(company, received, messages, holding(consent_ids, active(opt_outs.values())), beside)
    accepted = await _accepted(runtime, company_id, transaction, received)
    is_all = received.reference is not None and not received.incoming.body.strip()
    done = accepted.told(reply) if is_all else accepted.beside(understood(reply, received.incoming, talk))
    done, confirmed = await _confirmed(runtime, company_id, transaction, received, done, messages)
    saying = await _said(runtime, company, done, received)
    opt_outs |= await stores.opt_outs.find_many(company_id, saying.other_ids, transaction)
    done, changed = _consented(done, saying, list(opt_outs.values()))
    heard = Heard(
        reply=done,
        written_at=received.incoming.written_at or done.received_at,
        messages=messages,
        offers=received.offers,
        refusal=next((one for one in changed if one.is_active), None),
    )
    answered, answers = await _answered(runtime, company, transaction, heard, received.incoming)
    tagged = await prepare_tags(runtime, company_id, transaction, heard)
    return _Applied(
        reply=noted(answered, tagged.note),
        opt_outs=changed,
        answers=answers,
        tagged=tagged,
        talks=await _talks(runtime, company_id, transaction, received.talks),
        messages=messages | beside,
        confirmed=confirmed,
        accepted=accepted,
        told=events_for(heard),
    )


def _talk(
    company: Company | None,
    received: Received,
    messages: Mapping[str, Message],
    refusal: OptOut | None,
    beside: Mapping[str, Message],
) -> Conversation:
    """What the reply is read by."""
    return Conversation(
        messages=list(messages.values()),
        offers=received.offers,
        is_refused=refusal is not None and not refusal.is_bounce,
        own=own_meaning(company.consent, received.incoming.body) if company else None,
        names_other=received.names_other,
        is_written_since=received.is_written_since,
        beside=list(beside.values()),
    )


async def _accepted(
    runtime: Runtime, company_id: str, transaction: Transaction, received: Received
) -> Accepted:
    if received.reference is None:
        return NOT_INVITED
    reference, sender_ids = received.reference, received.sender_ids
    return await accept_invite(runtime, company_id, transaction, reference, received.reply, sender_ids)


async def _confirmed(
    runtime: Runtime,
    company_id: str,
    transaction: Transaction,
    received: Received,
    reply: Reply,
    messages: Mapping[str, Message],
) -> tuple[Reply, Confirmed]:
    answers_else = received.names_other or received.is_written_since
    if answers_else or names_else(received.incoming, messages):
        return reply, NOTHING_CONFIRMED
    return await confirm_lists(runtime, company_id, transaction, reply, messages)


async def _talks(
    runtime: Runtime, company_id: str, transaction: Transaction, talks: Sequence[OpenConversation]
) -> list[OpenConversation]:
    """Those of the conversations that are open for longer now."""
    ids = [one.id for one in talks]
    before = await runtime.stores.conversations.find_many(company_id, ids, transaction)
    return [one for one in talks if one.id not in before or before[one.id].written_at < one.written_at]


def _consented(reply: Reply, saying: Saying, stored: Sequence[OptOut]) -> tuple[Reply, list[OptOut]]:
    """The reply, and the opt-outs that it makes or ends, as they are to be stored."""
    if is_told_late(saying, stored):
        reply = replace(reply, consent=None, note=f"{TOLD_LATE} {reply.note}".strip())
    return reply, to_be_cleared(after_saying(saying, stored))


async def _said(runtime: Runtime, company: Company | None, reply: Reply, received: Received) -> Saying:
    """What the reply says of consent, and how far that reaches by the company's rules."""
    written_at = received.incoming.written_at
    said_at = min(written_at, reply.received_at) if written_at else None
    if reply.consent is None or company is None:
        return Saying(reply=reply, written_at=said_at)
    scope, sender_ids = company.consent.opt_out_scope, received.sender_ids
    saying = Saying(reply=reply, scope=scope, written_at=said_at, sender_ids=sender_ids)
    if saying.is_narrow and not company.has_sender_opt_outs:  # before the first is stored: nobody misses it
        await runtime.stores.companies.look_for_narrow(company.id, by_sender=True)
    return saying


async def _answered(
    runtime: Runtime,
    company: Company | None,
    transaction: Transaction,
    heard: Heard,
    incoming: IncomingMessage,
) -> tuple[Reply, Prepared]:
    """The reply, and what answers it, read and prepared."""
    reply = heard.reply
    if company is None or not may_be_answered(heard):
        return reply, NOTHING
    sender = await runtime.stores.senders.find(company.id, reply.sender_id)
    if sender is None:
        return reply, NOTHING
    is_at_provider = incoming.is_answered or registry.answers_word(sender, incoming.body)
    answers = answers_to(replace(heard, is_at_provider=is_at_provider), company, sender)
    prepared = await prepare_answers(
        runtime, company.id, transaction, company, sender, reply.address, answers
    )
    return after_answers(reply, answers, is_at_provider=is_at_provider), prepared
