"""Find the other messages about the same rows of a file: other steps, also on other channels, and fires."""

from collections.abc import Iterable

from shared.domain.messages.message import Message
from shared.firestore.kit.transactions import Transaction
from shared.firestore.queries.messages import MESSAGES_OF_RECIPIENTS
from shared.runtime import Runtime


async def find_beside(
    runtime: Runtime, company_id: str, messages: Iterable[Message], transaction: Transaction
) -> dict[str, Message]:
    """Those that ask about the same as `messages`, by id, read in the transaction.

    Of who has no row there is none: all that a contact ever got has one key. They are looked for outside of
    it: a query would lock what is sent meanwhile, and one that comes to be right now has no answer yet.
    """
    known = {one.id: one for one in messages}
    keys = {one.recipient_key for one in known.values() if one.row_number is not None}
    if not keys:
        return {}
    found = await runtime.stores.messages.among(company_id, MESSAGES_OF_RECIPIENTS, keys)
    others = [one.id for one in found if one.id not in known]
    return await runtime.stores.messages.find_many(company_id, others, transaction) if others else {}
