"""Change two contacts together, in one transaction: both, or none."""

from collections.abc import Callable, Mapping

from shared.domain.contacts.contact import Contact
from shared.domain.contacts.contact_changes import Author, ContactPair
from shared.domain.contacts.contact_keys import by_shard
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime
from shared.usecases.contacts.store_change import ChangeKey, read_part, stamped, store_change
from shared.usecases.contacts.write_keys import write_keys
from shared.usecases.outbox.open_outbox import open_outbox

Contacts = Mapping[str, Contact]
# What becomes of the contacts, by id; None deletes one.
PairEdit = Callable[[Contacts], Mapping[str, Contact | None]]


async def change_pair(
    runtime: Runtime, company_id: str, contact_ids: set[str], edit: PairEdit, author: Author, change_id: str
) -> None:
    """Have `edit` say what becomes of the contacts that there are; with the same `change_id` again, nothing.

    Raises what `edit` raises, Conflict when another contact has a key of theirs, and ContactsFull.
    """
    keys = [
        ChangeKey(change_id=change_id, shard=shard, contact_ids=tuple(sorted(ids)), author=author)
        for shard, ids in sorted(by_shard(contact_ids).items())
    ]

    outbox = await open_outbox(runtime, company_id)

    async def change(transaction: Transaction) -> None:
        parts = [await read_part(runtime, company_id, transaction, key) for key in keys]
        if any(part.done is not None for part in parts):
            return
        current = {
            one: contact for part in parts for one, contact in part.contacts.items() if one in contact_ids
        }
        now, after = runtime.now(), edit(current)
        stamps = (stamped(current.get(one), changed, now) for one, changed in after.items())
        pairs = [pair for pair in stamps if pair is not None]
        await write_keys(runtime, company_id, transaction, pairs)
        for key, part in zip(keys, parts, strict=True):
            theirs: list[ContactPair] = [pair for pair in pairs if pair.contact_id in key.contact_ids]
            store_change(runtime, company_id, transaction, key, part.contacts, theirs, outbox)

    await transact(runtime.stores.db, change)
    await outbox.announce()
