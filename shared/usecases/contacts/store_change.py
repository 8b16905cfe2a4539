"""Contacts of one shard, read and written in a transaction together with what changed of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from shared.domain.contacts.contact import Contact
from shared.domain.contacts.contact_changes import Author, ContactChange, ContactPair
from shared.domain.contacts.contact_keys import Hints, keys_of, shard_id
from shared.domain.ids import computed_id
from shared.domain.record import replace
from shared.firestore.contact_shards import contact_shard, contacts_in, packed_pairs, pairs_in
from shared.firestore.kit.together import read_together
from shared.firestore.kit.transactions import Transaction
from shared.runtime import Runtime
from shared.usecases.outbox.open_outbox import Outbox


class ChangeKey(Struct, frozen=True, kw_only=True):
    """What names a change: a part of `change_id`, of one shard, by its author."""

    change_id: str
    shard: int
    contact_ids: tuple[str, ...]
    author: Author

    @property
    def id(self) -> str:
        """The same for the same contacts of the same change."""
        return computed_id(self.change_id, *self.contact_ids)


class StoredPart(Struct, frozen=True):
    """The contacts of a shard, and what this change did to them if it was done before."""

    contacts: dict[str, Contact]
    done: list[ContactPair] | None


async def read_part(
    runtime: Runtime, company_id: str, transaction: Transaction, key: ChangeKey
) -> StoredPart:
    """What is there, as part of the transaction."""
    stores = runtime.stores
    shards, changes = await read_together(
        stores.db,
        transaction,
        stores.contact_shards.wanted(company_id, [shard_id(key.shard)]),
        stores.contact_changes.wanted(company_id, [key.id]),
    )
    contacts = {one.id: one for shard in shards.values() for one in contacts_in(shard)}
    return StoredPart(contacts, pairs_in(changes[key.id]) if changes else None)


def store_change(
    runtime: Runtime,
    company_id: str,
    transaction: Transaction,
    key: ChangeKey,
    contacts: Mapping[str, Contact],
    pairs: Sequence[ContactPair],
    outbox: Outbox,
) -> None:
    """Write the shard's contacts with these changes, and the changes. Raises ContactsFull.

    The outbox is announced by whoever opened it.
    """
    if not pairs:
        return
    stores, changed = runtime.stores, dict(contacts)
    for pair in pairs:
        if pair.after is None:
            changed.pop(pair.contact_id, None)
        else:
            changed[pair.contact_id] = pair.after
    record = ContactChange(
        id=key.id,
        change_id=key.change_id,
        at=runtime.now(),
        by=key.author.kind,
        by_id=key.author.id,
        contact_ids=tuple(pair.contact_id for pair in pairs),
        pairs=packed_pairs(pairs),
        due_at=outbox.due_at(pairs),
    )
    name = shard_id(key.shard)
    stores.contact_shards.put(transaction, company_id, name, contact_shard(key.shard, changed))
    stores.contact_changes.put(transaction, company_id, record.id, record)


def stamped(before: Contact | None, after: Contact | None, now: datetime) -> ContactPair | None:
    """A contact before and after, with its new version and time; None when nothing changed."""
    if after is None:
        return None if before is None else ContactPair(before, None)
    if before is None:
        return ContactPair(None, replace(after, version=after.version + 1, changed_at=now))
    same = replace(after, version=before.version, created_at=before.created_at, changed_at=before.changed_at)
    if same == before:
        return None
    version = max(before.version, after.version) + 1
    return ContactPair(before, replace(same, version=version, changed_at=now))


def add_hints(hints: Hints, pairs: Sequence[ContactPair]) -> Hints:
    """Add, by key and contact, the version from which on the contact has the key."""
    for pair in pairs:
        _add(hints, pair.after, keys_of(pair.after) - keys_of(pair.before))
    return hints


def add_over(hints: Hints, pairs: Sequence[ContactPair]) -> Hints:
    """Add, by key and contact, the last version of the contact that had the key."""
    for pair in pairs:
        _add(hints, pair.before, keys_of(pair.before) - keys_of(pair.after))
    return hints


def _add(hints: Hints, contact: Contact | None, keys: frozenset[str]) -> None:
    if contact is not None:
        for key in keys:
            hints.setdefault(key, {})[contact.id] = contact.version
