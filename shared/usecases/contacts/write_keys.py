"""Write what contacts are found by in the transaction that changes them."""

from collections.abc import Mapping, Sequence

from shared.domain.contacts.contact_changes import ContactPair
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
from shared.firestore.contact_shards import hints_in, key_shard
from shared.firestore.kit.transactions import Transaction
from shared.runtime import Runtime
from shared.usecases.contacts.store_change import add_hints, add_over


async def write_keys(
    runtime: Runtime, company_id: str, transaction: Transaction, pairs: Sequence[ContactPair]
) -> None:
    """Have the contacts found by what they have now. Raises Conflict when another one has a key of theirs."""
    keys, new, over = runtime.stores.contact_keys, add_hints({}, pairs), add_over({}, pairs)
    shards = by_shard(new.keys() | over.keys())
    found = await keys.find_many(company_id, map(shard_id, shards), transaction)
    hints = {
        number: hints_in(found[name]) if (name := shard_id(number)) in found else {} for number in shards
    }
    changed_ids = {pair.contact_id for pair in pairs}
    for pair in pairs:
        await _check_own_key(runtime, company_id, transaction, pair, hints, changed_ids)
    for number, current in hints.items():
        changed = without_hints(with_hints(current, _within(new, number)), _within(over, number))
        if changed != current:
            keys.put(transaction, company_id, shard_id(number), key_shard(number, changed))


def _within(hints: Hints, shard: int) -> Hints:
    return {key: ids for key, ids in hints.items() if shard_of(key) == shard}


async def _check_own_key(
    runtime: Runtime,
    company_id: str,
    transaction: Transaction,
    pair: ContactPair,
    hints: Mapping[int, Hints],
    changed_ids: set[str],
) -> None:
    """Raises Conflict when another contact, that is not changed with it, has the key that this one gets."""
    contact = pair.after
    if contact is None or not contact.key or (pair.before is not None and pair.before.key == contact.key):
        return
    key = external_key(contact.key)
    others = hints[shard_of(key)].get(key, {}).keys() - changed_ids
    found = await runtime.stores.contact_shards.contacts(company_id, others, transaction)
    if theirs := [one.id for one in found.values() if one.key == contact.key]:
        raise Conflict(f"The contact {theirs[0]} has the key {contact.key!r} already. Change that one.")
