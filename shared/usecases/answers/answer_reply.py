"""A person settles a reply that waits: says which message it answers, and how, or that nothing is to do."""

from dataclasses import replace

from shared.domain.campaigns.reply_option import Disposition
from shared.domain.errors import Conflict, InvalidInput
from shared.domain.messages.binding import answered
from shared.domain.messages.reply import Reply
from shared.domain.replies.asked import ReplyMeaning
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime


async def answer_reply(
    runtime: Runtime, company_id: str, reply_id: str, message_id: str, disposition: Disposition, by: str = ""
) -> Reply:
    """Bind the reply to the message, whose answer this is from now on. A refusal stays a refusal besides.

    Raises Conflict when the reply does not wait, InvalidInput for a message to somebody else.
    """
    stores = runtime.stores

    async def bind(transaction: Transaction) -> Reply:
        reply = await stores.replies.get(company_id, reply_id, transaction)
        message = await stores.messages.find(company_id, message_id, transaction)
        if not _waits(reply):
            if (reply.message_id, reply.disposition) == (message_id, disposition):
                return reply
            raise Conflict(f"This reply was taken as {reply.meaning} already.")
        is_same = reply.channel.record.address.is_same
        if message is None or not is_same(message.address, reply.address):
            raise InvalidInput.at("message_id", "is not a message to the person who replied")
        answer = answered(reply, message, disposition)
        settled = _settled(
            runtime,
            replace(
                answer,
                meaning=reply.meaning if reply.meaning is ReplyMeaning.OPT_OUT else answer.meaning,
                contradicts_earlier=answer.contradicts_earlier or reply.contradicts_earlier,
            ),
            by,
        )
        stores.replies.put(transaction, company_id, reply_id, settled)
        stores.messages.put(transaction, company_id, message_id, replace(message, disposition=disposition))
        return settled

    return await transact(stores.db, bind)


async def close_reply(runtime: Runtime, company_id: str, reply_id: str, by: str = "") -> Reply:
    """Nothing is to be done about the reply: it waits no more. Raises NotFound."""
    stores = runtime.stores

    async def close(transaction: Transaction) -> Reply:
        reply = await stores.replies.get(company_id, reply_id, transaction)
        if not _waits(reply):
            return reply
        settled = _settled(runtime, reply, by)
        stores.replies.put(transaction, company_id, reply_id, settled)
        return settled

    return await transact(stores.db, close)


def _waits(reply: Reply) -> bool:
    """Also an unclear one of an older version, which did not say so."""
    return reply.waits or (reply.meaning is ReplyMeaning.UNCLEAR and reply.settled_at is None)


def _settled(runtime: Runtime, reply: Reply, by: str) -> Reply:
    return replace(reply, waits=False, settled_by=by or None, settled_at=runtime.now())
