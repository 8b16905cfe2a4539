"""Change one contact, with what it is found by, in one transaction."""

from shared.domain.contacts.contact import Contact
from shared.domain.contacts.contact_changes import Author
from shared.domain.contacts.contact_keys import shard_of
from shared.domain.ids import random_id
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime
from shared.usecases.contacts.change_contacts import Edit
from shared.usecases.contacts.store_change import ChangeKey, read_part, stamped, store_change
from shared.usecases.contacts.write_keys import write_keys
from shared.usecases.outbox.open_outbox import open_outbox


async def change_one(
    runtime: Runtime, company_id: str, contact_id: str, edit: Edit, author: Author
) -> Contact | None:
    """The contact as `edit`, a pure function that may be asked several times, makes it of what is stored.

    Raises Conflict when another contact has its key, ContactsFull, and what `edit` raises.
    """
    key = ChangeKey(
        change_id=random_id(), shard=shard_of(contact_id), contact_ids=(contact_id,), author=author
    )

    outbox = await open_outbox(runtime, company_id)

    async def change(transaction: Transaction) -> Contact | None:
        stored = await read_part(runtime, company_id, transaction, key)
        if stored.done is not None:
            return stored.done[0].after
        current = stored.contacts.get(contact_id)
        pair = stamped(current, edit(current), runtime.now())
        if pair is None:
            return current
        await write_keys(runtime, company_id, transaction, [pair])
        store_change(runtime, company_id, transaction, key, stored.contacts, [pair], outbox)
        return pair.after

    changed = await transact(runtime.stores.db, change)
    await outbox.announce()
    return changed
