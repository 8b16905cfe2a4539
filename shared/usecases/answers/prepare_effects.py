"""Prepare what an answer sets off that a person read out of a reply: as if the recipient had given it so."""

from collections.abc import Mapping

from msgspec import Struct

from shared.domain.events.event import Event
from shared.domain.events.other_events import option_events
from shared.domain.fires.answering import Heard, answers_to, events_for, may_be_answered
from shared.domain.ids import computed_id
from shared.domain.job import SendBatch
from shared.domain.messages.message import Message
from shared.domain.messages.reply import Reply
from shared.domain.record import replace
from shared.domain.replies.asked import ReplyMeaning
from shared.firestore.kit.transactions import Transaction
from shared.runtime import Runtime
from shared.usecases.answers.find_offers import find_offers
from shared.usecases.answers.prepare_answers import NOTHING, Prepared, prepare_answers
from shared.usecases.answers.prepare_tags import prepare_tags
from shared.usecases.contacts.tag_each import UNTAGGED, Tagged
from shared.usecases.outbox.open_outbox import Outbox


class Effects(Struct, frozen=True, kw_only=True):
    """An acknowledgement, tags and events, ready to be written."""

    answers: Prepared = NOTHING
    tagged: Tagged = UNTAGGED
    events: tuple[Event, ...] = ()

    @property
    def jobs(self) -> list[SendBatch]:
        """What is to be announced after the commit."""
        return self.answers.jobs

    def write(self, runtime: Runtime, transaction: Transaction, company_id: str, outbox: Outbox) -> None:
        """Store all of it, as part of the transaction in which it was prepared."""
        self.answers.write(runtime, transaction, company_id)
        self.tagged.write(runtime, transaction, company_id, outbox)
        outbox.put(transaction, self.events)


async def prepare_effects(
    runtime: Runtime,
    company_id: str,
    transaction: Transaction,
    reply: Reply,
    messages: Mapping[str, Message],
) -> Effects:
    """What follows from the reply's answers to these messages, once and no more.

    The acknowledgement's id is the reply's, which may have had one when it came; the tags' follows from what
    was decided.
    """
    if reply.meaning is not ReplyMeaning.ANSWER:
        return Effects()
    now = runtime.now()
    heard = Heard(
        reply=replace(reply, received_at=now),  # the window is asked for the time at which it is answered
        written_at=now,
        messages=messages,
        offers=await find_offers(runtime, company_id, messages.values()),
    )
    return Effects(
        answers=await _acknowledged(runtime, company_id, transaction, heard),
        tagged=await prepare_tags(runtime, company_id, transaction, heard, _decided(reply)),
        events=tuple(option_events(reply, events_for(heard), now)),
    )


def _decided(reply: Reply) -> str:
    given = sorted((one.message_id, one.disposition) for one in reply.answers)
    return computed_id("decided", reply.id, *(part for one in given for part in one))


async def _acknowledged(
    runtime: Runtime, company_id: str, transaction: Transaction, heard: Heard
) -> Prepared:
    if not may_be_answered(heard):
        return NOTHING
    sender = await runtime.stores.senders.find(company_id, heard.reply.sender_id)
    company = await runtime.stores.companies.find(company_id)
    if sender is None or company is None:
        return NOTHING
    answers = answers_to(heard, company, sender)
    return await prepare_answers(
        runtime, company_id, transaction, company, sender, heard.reply.address, answers
    )
