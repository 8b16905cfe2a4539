"""Keep a text to answer with, change it, or give it up."""

from shared.domain.errors import Conflict, InvalidInput
from shared.domain.messages.saved_reply import MOST_SAVED, SavedReply, check_saved_reply
from shared.domain.record import replace
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime


async def save_saved_reply(
    runtime: Runtime, company_id: str, item_id: str, name: str, text: str
) -> SavedReply:
    """Store the text under its name; with an id that is known, in place of what it was.

    Raises InvalidInput, and Conflict where a company has as many as are taken.
    """
    saved, now = runtime.stores.saved_replies, runtime.now()
    item = SavedReply(id=item_id, name=name.strip(), text=text.strip(), created_at=now, updated_at=now)
    if problems := tuple(check_saved_reply(item)):
        raise InvalidInput(*problems)
    known = (await saved.page(company_id, limit=MOST_SAVED)).items
    if len(known) >= MOST_SAVED and item_id not in {one.id for one in known}:
        raise Conflict(f"There are {MOST_SAVED} saved replies already: delete one first.")

    async def store(transaction: Transaction) -> SavedReply:
        current = await saved.find(company_id, item_id, transaction)
        made = item if current is None else replace(item, created_at=current.created_at)
        saved.put(transaction, company_id, item_id, made)
        return made

    return await transact(runtime.stores.db, store)


async def delete_saved_reply(runtime: Runtime, company_id: str, item_id: str) -> None:
    """Give the text up. What was sent with it stays. Raises NotFound."""
    await runtime.stores.saved_replies.get(company_id, item_id)
    await runtime.stores.saved_replies.remove(company_id, [item_id])
