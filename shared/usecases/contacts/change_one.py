"""Change one contact, with what it is found by, in one transaction."""

from shared.domain.contacts.contact import Contact
from shared.domain.contacts.contact_changes import Author, ContactPair
from shared.domain.contacts.contact_keys import (
    Hints,
    by_shard,
    external_key,
    shard_id,
    shard_of,
    with_hints,
    without_hints,
)
from shared.domain.errors import Conflict
from shared.domain.ids import random_id
from shared.firestore.contact_shards import hints_in, key_shard
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime
from shared.usecases.contacts.change_contacts import Edit
from shared.usecases.contacts.store_change import (
    ChangeKey,
    add_hints,
    add_over,
    read_part,
    stamped,
    store_change,
)


async def change_one(
    runtime: Runtime, company_id: str, contact_id: str, edit: Edit, author: Author
) -> Contact | None:
    """The contact as `edit`, a pure function that may be asked several times, makes it of what is stored.

    Raises Conflict when another contact has its key, ContactsFull, and what `edit` raises.
    """
    key = ChangeKey(
        change_id=random_id(), shard=shard_of(contact_id), contact_ids=(contact_id,), author=author
    )

    async def change(transaction: Transaction) -> Contact | None:
        stored = await read_part(runtime, company_id, transaction, key)
        if stored.done is not None:
            return stored.done[0].after
        current = stored.contacts.get(contact_id)
        pair = stamped(current, edit(current), runtime.now())
        if pair is None:
            return current
        await _write_keys(runtime, company_id, transaction, pair)
        store_change(runtime, company_id, transaction, key, stored.contacts, [pair])
        return pair.after

    return await transact(runtime.stores.db, change)


async def _write_keys(runtime: Runtime, company_id: str, transaction: Transaction, pair: ContactPair) -> None:
    """Have the contact found by what it has now. Raises Conflict."""
    keys, new, over = runtime.stores.contact_keys, add_hints({}, [pair]), add_over({}, [pair])
    shards = by_shard(new.keys() | over.keys())
    found = await keys.find_many(company_id, map(shard_id, shards), transaction)
    hints = {
        number: hints_in(found[name]) if (name := shard_id(number)) in found else {} for number in shards
    }
    await _check_own_key(runtime, company_id, transaction, pair, hints)
    for number, current in hints.items():
        changed = without_hints(with_hints(current, _within(new, number)), _within(over, number))
        if changed != current:
            keys.put(transaction, company_id, shard_id(number), key_shard(number, changed))


def _within(hints: Hints, shard: int) -> Hints:
    return {key: ids for key, ids in hints.items() if shard_of(key) == shard}


async def _check_own_key(
    runtime: Runtime, company_id: str, transaction: Transaction, pair: ContactPair, hints: dict[int, Hints]
) -> None:
    """Raises Conflict when another contact has the key that this one gets."""
    contact = pair.after
    if contact is None or not contact.key or (pair.before is not None and pair.before.key == contact.key):
        return
    key = external_key(contact.key)
    others = hints[shard_of(key)].get(key, {}).keys() - {contact.id}
    found = await runtime.stores.contact_shards.contacts(company_id, others, transaction)
    if theirs := [one.id for one in found.values() if one.key == contact.key]:
        raise Conflict(f"The contact {theirs[0]} has the key {contact.key!r} already. Change that one.")
