"""Somebody of the company writes back to who wrote: on the one way that every message goes."""

from shared.domain.errors import Conflict, InvalidInput
from shared.domain.fires.writing_back import check_written, written_answer
from shared.domain.messages.reply import Reply, settled
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime
from shared.usecases.answers.prepare_answers import Prepared, announce_answers, prepare_answers
from shared.usecases.answers.read_thread import read_thread


async def write_back(
    runtime: Runtime,
    company_id: str,
    reply_id: str,
    text: str,
    writing_id: str,
    *,
    by: str,
    settles: bool = True,
) -> Reply:
    """Have the text sent to who wrote the reply; with `settles` the reply waits no more.

    The same `writing_id` again sends nothing more. Consent and the channel's rules are asked here, and once
    more when it goes out. Raises NotFound, InvalidInput, and Conflict where nobody may write back.
    """
    stores = runtime.stores

    async def write(transaction: Transaction) -> tuple[Reply, Prepared]:
        reply = await stores.replies.get(company_id, reply_id, transaction)
        thread = await read_thread(runtime, company_id, reply, transaction)
        if reason := thread.closed_because(runtime.now()):
            raise Conflict(reason)
        if problems := check_written(thread, text):
            raise InvalidInput(*problems)
        sender, company = thread.sender, await stores.companies.get(company_id)
        if sender is None:
            raise TypeError("a thread without a sender is closed")
        answer = written_answer(thread, sender, text, writing_id, runtime.now())
        prepared = await prepare_answers(
            runtime, company_id, transaction, company, sender, reply.address, [answer]
        )
        done = settled(reply, by, runtime.now()) if settles and reply.is_waiting else reply
        if done != reply:
            stores.replies.put(transaction, company_id, reply_id, done)
        prepared.write(runtime, transaction, company_id)
        return done, prepared

    reply, prepared = await transact(stores.db, write)
    await announce_answers(runtime, prepared.jobs, None)
    return reply
