"""A person took back what they had written: its words are forgotten, its answer stays.

Instagram's rules ask that what was unsent is shown no more. What it set off, such as an appointment that was
canceled, has happened: whoever is to undo that says so.
"""

from shared import log
from shared.domain.ids import computed_id
from shared.domain.messages.sending import Unsent
from shared.domain.record import replace
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime

TAKEN_BACK = "The person took the message back."


async def take_back_reply(runtime: Runtime, company_id: str, sender_id: str, unsent: Unsent) -> None:
    """Forget the reply's words and pictures. One that is not known changes nothing."""
    replies, reply_id = runtime.stores.replies, computed_id(sender_id, unsent.provider_id)

    async def take_back(transaction: Transaction) -> bool:
        reply = await replies.find(company_id, reply_id, transaction)
        if reply is None or (not reply.body and not reply.media):
            return False
        note = f"{TAKEN_BACK} {reply.note}".strip()
        replies.put(transaction, company_id, reply_id, replace(reply, body="", media=(), note=note))
        return True

    if await transact(runtime.stores.db, take_back):
        log.event("reply taken back", company_id=company_id, reply_id=reply_id)
