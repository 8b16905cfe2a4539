"""Read what decides whether somebody of the company may write back to who wrote."""

from shared.domain.contacts.opt_out import active, holding
from shared.domain.fires.writing_back import Thread
from shared.domain.messages.open_conversation import conversation_ids
from shared.domain.messages.reply import Reply
from shared.domain.messages.saying import concerned_ids
from shared.firestore.kit.transactions import Transaction
from shared.runtime import Runtime


async def read_thread(
    runtime: Runtime, company_id: str, reply: Reply, transaction: Transaction | None = None
) -> Thread:
    """What decides whether the reply may be answered now; as part of a transaction, where one is given."""
    stores = runtime.stores
    ids = concerned_ids(reply.channel, reply.address, reply.sender_id)
    opt_outs = await stores.opt_outs.find_many(company_id, ids, transaction)
    talks = await stores.conversations.find_many(
        company_id, conversation_ids(reply.channel, [reply.sender_id], reply.address), transaction
    )
    about_id = reply.message_id or next(iter(reply.candidates), None)
    return Thread(
        reply=reply,
        sender=await stores.senders.find(company_id, reply.sender_id),
        refusal=holding(ids, active(opt_outs.values())),
        talk=next(iter(talks.values()), None),
        about=await stores.messages.find(company_id, about_id, transaction) if about_id else None,
    )
