"""A person settles a reply that waits: says which message it answers, and how, or that nothing is to do."""

from shared.domain.campaigns.reply_option import Disposition
from shared.domain.errors import Conflict, InvalidInput
from shared.domain.events.other_events import message_events
from shared.domain.job import SendBatch
from shared.domain.messages.binding import answered
from shared.domain.messages.message import Message
from shared.domain.messages.reply import Reply, settled
from shared.domain.record import replace
from shared.domain.replies.asked import ReplyMeaning
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime
from shared.usecases.announce_jobs import announce_jobs
from shared.usecases.answers.prepare_effects import prepare_effects
from shared.usecases.ledger.mark_sums import mark_sums
from shared.usecases.outbox.open_outbox import open_outbox


async def answer_reply(
    runtime: Runtime, company_id: str, reply_id: str, message_id: str, disposition: Disposition, by: str = ""
) -> Reply:
    """Bind the reply to the message, whose answer this is from now on, with all that its option sets off.

    A refusal stays a refusal besides, and sets nothing off.

    Raises Conflict when the reply does not wait, InvalidInput for a message to somebody else.
    """
    stores, outbox = runtime.stores, await open_outbox(runtime, company_id)
    jobs: list[SendBatch] = []

    async def bind(transaction: Transaction) -> Reply:
        reply = await stores.replies.get(company_id, reply_id, transaction)
        message = await stores.messages.find(company_id, message_id, transaction)
        if not reply.is_waiting:
            if (reply.message_id, reply.disposition) == (message_id, disposition):
                return reply
            raise Conflict(f"This reply was taken as {reply.meaning} already.")
        is_same = reply.channel.record.address.is_same
        if message is None or not is_same(message.address, reply.address):
            raise InvalidInput.at("message_id", "is not a message to the person who replied")
        done = settled(_as_answer(reply, message, disposition), by, runtime.now())
        await mark_sums(runtime, company_id, filter(None, (reply.fire_id, message.fire_id)))
        effects = await prepare_effects(runtime, company_id, transaction, done, message)
        stores.replies.put(transaction, company_id, reply_id, done)
        changed = replace(message, disposition=disposition)
        stores.messages.put(transaction, company_id, message_id, changed)
        outbox.put(transaction, message_events(message, changed, runtime.now()))
        effects.write(runtime, transaction, company_id, outbox)
        jobs[:] = effects.jobs
        return done

    bound = await transact(stores.db, bind)
    await announce_jobs(runtime, jobs, None)
    await outbox.announce()
    return bound


def _as_answer(reply: Reply, message: Message, disposition: Disposition) -> Reply:
    """The reply as this answer, and still the refusal that it is, if it is one."""
    answer = answered(reply, message, disposition)
    return replace(
        answer,
        meaning=reply.meaning if reply.meaning is ReplyMeaning.OPT_OUT else answer.meaning,
        contradicts_earlier=answer.contradicts_earlier or reply.contradicts_earlier,
    )


async def close_reply(runtime: Runtime, company_id: str, reply_id: str, by: str = "") -> Reply:
    """Nothing is to be done about the reply: it waits no more. Raises NotFound."""
    stores = runtime.stores

    async def close(transaction: Transaction) -> Reply:
        reply = await stores.replies.get(company_id, reply_id, transaction)
        if not reply.is_waiting:
            return reply
        done = settled(reply, by, runtime.now())
        stores.replies.put(transaction, company_id, reply_id, done)
        return done

    return await transact(stores.db, close)
