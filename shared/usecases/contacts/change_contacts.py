"""Change contacts in bulk, each shard in a transaction of its own.

An edit is pure: it says what a contact becomes, and may be asked several times. What came of it is stored
with the contacts, under an id that is computed: a change that comes twice is done once.

What contacts are found by is written first, then the contacts, and what is over is taken away last. Cut short
in between it leaves hints that lead nowhere, never a contact that is not found.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import TypeVar

from msgspec import Struct

from shared.domain.contacts.contact import Contact
from shared.domain.contacts.contact_changes import Author, ContactPair
from shared.domain.contacts.contact_keys import Hints, by_shard, shard_id, with_hints, without_hints
from shared.domain.ids import random_id
from shared.domain.record import replace
from shared.firestore.contact_shards import contacts_in, key_shard
from shared.firestore.kit.transactions import ATTEMPTS, ContentionError, Transaction, halving, transact
from shared.runtime import Runtime
from shared.usecases.contacts.store_change import (
    ChangeKey,
    add_hints,
    add_over,
    read_part,
    stamped,
    store_change,
)
from shared.usecases.outbox.open_outbox import Outbox, open_outbox

# What becomes of a contact: None stands for none, before (it is made) and after (it is deleted).
Edit = Callable[[Contact | None], Contact | None]
AT_ONCE = 8  # transactions under way; they touch different documents
MOST_A_CHANGE = 500  # contacts of one change document, which has an index entry for each
R = TypeVar("R")
S = TypeVar("S")


class ContactCounts(Struct, kw_only=True):
    """What became of contacts."""

    created: int = 0
    updated: int = 0
    deleted: int = 0
    unchanged: int = 0

    def add(self, asked: int, pairs: Sequence[ContactPair]) -> None:
        """Count a part of a change in which so many contacts were to be changed."""
        created = sum(pair.before is None for pair in pairs)
        deleted = sum(pair.after is None for pair in pairs)
        self.created += created
        self.deleted += deleted
        self.updated += len(pairs) - created - deleted
        self.unchanged += asked - len(pairs)


class _Part(Struct, frozen=True, kw_only=True):
    """Edits of contacts of one shard that are done in one transaction."""

    change_id: str
    shard: int
    author: Author
    edits: Mapping[str, Edit]

    def of(self, contact_ids: Iterable[str]) -> "_Part":
        """The part with these contacts alone."""
        return replace(self, edits={one: self.edits[one] for one in contact_ids})

    @property
    def key(self) -> ChangeKey:
        """What names it."""
        ids = tuple(sorted(self.edits))
        return ChangeKey(change_id=self.change_id, shard=self.shard, contact_ids=ids, author=self.author)

    def pairs(self, contacts: Mapping[str, Contact], now: datetime) -> list[ContactPair]:
        """What becomes of the contacts; those that stay as they are are left out."""
        found = (stamped(contacts.get(one), edit(contacts.get(one)), now) for one, edit in self.edits.items())
        return [pair for pair in found if pair is not None]


async def change_contacts(
    runtime: Runtime,
    company_id: str,
    edits: Mapping[str, Edit],
    author: Author,
    change_id: str | None = None,
) -> ContactCounts:
    """Change contacts by their ids, any number of them; each shard is written once.

    With the same `change_id` again, what was done is counted and not done again. That a key of the company's
    own is one contact's is not looked at: who changes many sees to it. Raises ContactsFull, what an edit
    raises, and ContentionError; some contacts may be changed by then.
    """
    counts, over, waiting = ContactCounts(), Hints(), _parts(edits, author, change_id or random_id())
    outbox = await open_outbox(runtime, company_id)
    for _ in range(ATTEMPTS):
        hinted = await _hint_ahead(runtime, company_id, waiting)
        done = await _each(waiting, partial(_change_part, runtime, company_id, hinted, outbox))
        moved: list[_Part] = []
        for part, (pairs, again) in zip(waiting, done, strict=True):
            counts.add(len(part.edits) - len(again), pairs)
            add_over(over, pairs)
            moved += [part.of(again)] if again else []
        waiting = moved
        if not waiting:
            await _write_hints(runtime, company_id, over, without_hints)
            await outbox.announce()
            return counts
    raise ContentionError("others kept changing the same contacts")


async def change_every_contact(
    runtime: Runtime, company_id: str, edit: Callable[[Contact], Contact | None], author: Author
) -> None:
    """Change all contacts of which `edit` makes something else, those of some shards at a time."""

    def of_stored(contact: Contact | None) -> Contact | None:
        return None if contact is None else edit(contact)

    found: dict[str, Edit] = {}
    async for shard in runtime.stores.contact_shards.scan(company_id):
        found |= {one.id: of_stored for one in contacts_in(shard) if edit(one) != one}
        if len(found) >= MOST_A_CHANGE:
            await change_contacts(runtime, company_id, found, author)
            found = {}
    await change_contacts(runtime, company_id, found, author)


def _parts(edits: Mapping[str, Edit], author: Author, change_id: str) -> list[_Part]:
    return [
        _Part(change_id=change_id, shard=shard, author=author, edits={one: edits[one] for one in part})
        for shard, ids in sorted(by_shard(sorted(edits)).items())
        for part in (ids[at : at + MOST_A_CHANGE] for at in range(0, len(ids), MOST_A_CHANGE))
    ]


async def _hint_ahead(runtime: Runtime, company_id: str, parts: Sequence[_Part]) -> Hints:
    """Write the hints that the changes need as the contacts are now; which these are."""
    hints: Hints = {}

    async def look(part: _Part) -> None:
        contacts = await runtime.stores.contact_shards.in_shard(company_id, part.shard)
        add_hints(hints, part.pairs(contacts, runtime.now()))

    await _each(parts, look)
    await _write_hints(runtime, company_id, hints, with_hints)
    return hints


async def _write_hints(
    runtime: Runtime, company_id: str, hints: Hints, change: Callable[[Hints, Hints], Hints]
) -> None:
    """Change the key shards that these hints are in."""
    keys = runtime.stores.contact_keys

    async def write(item: tuple[int, list[str]]) -> None:
        number, theirs = item[0], {key: hints[key] for key in item[1]}

        async def body(transaction: Transaction) -> None:
            current = await keys.in_shard(company_id, number, transaction)
            changed = change(current, theirs)
            if changed != current:
                keys.put(transaction, company_id, shard_id(number), key_shard(number, changed))

        await transact(runtime.stores.db, body)

    await _each(sorted(by_shard(hints).items()), write)


async def _change_part(
    runtime: Runtime, company_id: str, hinted: Hints, outbox: Outbox, part: _Part
) -> tuple[list[ContactPair], list[str]]:
    """Change one part: what became of it, and the contacts that need other hints meanwhile."""
    moved: list[str] = []

    async def run(ids: Sequence[str]) -> list[ContactPair]:
        smaller = part.of(ids)

        async def body(transaction: Transaction) -> list[ContactPair] | None:
            stored = await read_part(runtime, company_id, transaction, smaller.key)
            if stored.done is not None:
                return stored.done
            pairs = smaller.pairs(stored.contacts, runtime.now())
            if not _are_among(add_hints({}, pairs), hinted):
                return None
            store_change(runtime, company_id, transaction, smaller.key, stored.contacts, pairs, outbox)
            return pairs

        pairs = await transact(runtime.stores.db, body)
        if pairs is None:
            moved.extend(ids)
        return pairs or []

    found = await halving(sorted(part.edits), run)
    return [pair for pairs in found for pair in pairs], moved


def _are_among(needed: Hints, hinted: Hints) -> bool:
    return all(ids.items() <= hinted.get(key, {}).items() for key, ids in needed.items())


async def _each(items: Iterable[S], work: Callable[[S], Awaitable[R]]) -> list[R]:
    """What `work` gives for each item, in order; some at a time."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(item: S) -> R:
        async with gate:
            return await work(item)

    return await asyncio.gather(*map(one, items))
