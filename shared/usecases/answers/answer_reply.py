"""A person says which message an unclear reply answers, and how."""

from dataclasses import replace

from shared.domain.campaigns.reply_option import Disposition
from shared.domain.errors import Conflict, InvalidInput
from shared.domain.messages.reply import Reply, ReplyMeaning
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime
from shared.usecases.answers.receive_reply import answered


async def answer_reply(
    runtime: Runtime, company_id: str, reply_id: str, message_id: str, disposition: Disposition
) -> Reply:
    """Bind the reply to the message.

    Raises Conflict unless the reply is unclear, InvalidInput for a message to somebody else.
    """
    stores = runtime.stores

    async def bind(transaction: Transaction) -> Reply:
        reply = await stores.replies.get(company_id, reply_id, transaction)
        message = await stores.messages.find(company_id, message_id, transaction)
        if reply.meaning is ReplyMeaning.ANSWER and reply.message_id == message_id:
            return reply
        if reply.meaning is not ReplyMeaning.UNCLEAR:
            raise Conflict(f"This reply was taken as {reply.meaning} already.")
        same_person = reply.channel.record.address.key
        if message is None or same_person(message.address) != same_person(reply.address):
            raise InvalidInput.at("message_id", "is not a message to the person who replied")
        settled = answered(reply, message, disposition)
        stores.replies.put(transaction, company_id, reply_id, settled)
        stores.messages.put(transaction, company_id, message_id, replace(message, disposition=disposition))
        return settled

    return await transact(stores.db, bind)
