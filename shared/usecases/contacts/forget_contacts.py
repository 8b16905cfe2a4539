"""Forget a person's contacts and their history; what others' contacts say of the address is blanked.

History goes first: a run that was cut short finds the contact again, and by it what is left.
"""

from collections.abc import Iterable

from shared.domain.contacts.contact import Contact
from shared.domain.contacts.contact_changes import ContactChange
from shared.domain.contacts.contact_keys import SHARDS, by_shard, keys_of, shard_id
from shared.domain.events.other_events import deletion_events
from shared.domain.fires.deletion_work import Deleted, DeletionWork, Place
from shared.domain.fires.forgotten_contact import has_address, sought_keys, without_mention, without_person
from shared.firestore.contact_shards import (
    contact_shard,
    contacts_in,
    hints_in,
    key_shard,
    packed_pairs,
    pairs_in,
)
from shared.firestore.kit.query import Match
from shared.firestore.kit.transactions import Transaction, commit, transact
from shared.firestore.queries.lists import CONTACT_CHANGES
from shared.runtime import Runtime
from shared.usecases.contacts.forget_automation_enrollments import forget_automation_enrollments
from shared.usecases.outbox.open_outbox import open_outbox
from shared.views.contacts import find_contacts

SHARDS_A_PAGE = 64
CHANGES_A_PAGE = 50


async def forget_contacts(runtime: Runtime, company_id: str, work: DeletionWork) -> Deleted:
    """A page of all contacts: those with the address are deleted, whoever else has it too."""
    start, person, page = work.place.chunk, work.person, Deleted()
    keys = sought_keys(person)
    end = min(start + SHARDS_A_PAGE, SHARDS)
    shards = await runtime.stores.contact_shards.between(company_id, shard_id(start), shard_id(end))
    for shard in shards:
        contacts = contacts_in(shard)
        page.looked_through["contacts"] += len(contacts)
        theirs = [one for one in contacts if has_address(one, keys)]
        await _forget_histories(runtime, company_id, theirs, page)
        if theirs or any(without_mention(one, person) is not one for one in contacts):
            page.removed["contacts"] += await _forget_in_shard(runtime, company_id, int(shard.id), work)
    page.next = Place(chunk=end) if end < SHARDS else None
    return page


async def forget_contact_changes(runtime: Runtime, company_id: str, work: DeletionWork) -> Deleted:
    """A page of all changes: of contacts that had the address once, and of what was changed meanwhile.

    A contact may have got the address behind our back, as by a merge: after the last page those are forgotten
    that are found by it.
    """
    changes = runtime.stores.contact_changes
    found = await changes.page(company_id, limit=CHANGES_A_PAGE, after=work.place.after or None)
    page = Deleted(next=Place(found.next_after) if found.next_after else None)
    page.looked_through["contact_changes"] += len(found.items)
    for change in found.items:
        kept = {pair.contact_id for pair in without_person(pairs_in(change), work.person)}
        await _keep(runtime, company_id, change, kept, page)
    if page.next is None:
        await _forget_found(runtime, company_id, work, page)
    return page


async def _forget_found(runtime: Runtime, company_id: str, work: DeletionWork, page: Deleted) -> None:
    """Forget the contacts that are found by the address now."""
    found = await find_contacts(runtime, company_id, sought_keys(work.person))
    theirs = {one.id: one for several in found.values() for one in several}
    await _forget_histories(runtime, company_id, theirs.values(), page)
    for number in by_shard(theirs):
        page.removed["contacts"] += await _forget_in_shard(runtime, company_id, number, work)


async def _forget_histories(
    runtime: Runtime, company_id: str, contacts: Iterable[Contact], page: Deleted
) -> None:
    """Forget all changes of the contacts, and of those merged into them: they are the same people."""
    ids = {one_id for one in contacts for one_id in (one.id, *one.merged_ids)}
    page.removed["automation_enrollments"] += await forget_automation_enrollments(runtime, company_id, ids)
    for contact_id in ids:
        await _forget_history(runtime, company_id, contact_id, page)


async def _forget_history(runtime: Runtime, company_id: str, contact_id: str, page: Deleted) -> None:
    """Take the contact out of every change, a page at a time: what was taken out is not found again."""
    changes, match = runtime.stores.contact_changes, ((Match("contact_ids", contact_id),),)
    while found := await changes.newest(company_id, CONTACT_CHANGES, limit=CHANGES_A_PAGE, matches=match):
        for change in found:
            await _keep(runtime, company_id, change, set(change.contact_ids) - {contact_id}, page)


async def _keep(
    runtime: Runtime, company_id: str, change: ContactChange, contact_ids: Iterable[str], page: Deleted
) -> None:
    """Keep these contacts of a change."""
    kept = set(contact_ids)
    if kept >= set(change.contact_ids):
        return
    pairs = [pair for pair in pairs_in(change) if pair.contact_id in kept]
    page.removed["contact_changes"] += len(change.contact_ids) - len(pairs)
    if not pairs:
        await runtime.stores.contact_changes.remove(company_id, [change.id])
        return
    ids = tuple(pair.contact_id for pair in pairs)
    writer = runtime.stores.db.batch()
    # No other field: it may just have been told to listeners, and be marked so.
    runtime.stores.contact_changes.change(
        writer, company_id, change.id, contact_ids=ids, pairs=packed_pairs(pairs)
    )
    await commit(writer)


async def _forget_in_shard(runtime: Runtime, company_id: str, number: int, work: DeletionWork) -> int:
    """Write one shard without the person, and take away what led there; how many contacts were deleted."""
    shards, name, keys = runtime.stores.contact_shards, shard_id(number), sought_keys(work.person)
    outbox = await open_outbox(runtime, company_id)

    async def forget(transaction: Transaction) -> int:
        current = await shards.in_shard(company_id, number, transaction)
        theirs = [one for one in current.values() if has_address(one, keys)]
        await _forget_hints(runtime, company_id, transaction, theirs)
        gone = {one.id for one in theirs}
        rest = {one.id: without_mention(one, work.person) for one in current.values() if one.id not in gone}
        shards.put(transaction, company_id, name, contact_shard(number, rest))
        outbox.put(transaction, deletion_events(sorted(gone), runtime.now()))
        return len(theirs)

    count = await transact(runtime.stores.db, forget)
    await outbox.announce()
    return count


async def _forget_hints(
    runtime: Runtime, company_id: str, transaction: Transaction, contacts: Iterable[Contact]
) -> None:
    keys, gone = runtime.stores.contact_keys, {one.id for one in contacts}
    shards = by_shard({key for one in contacts for key in keys_of(one)})
    found = await keys.find_many(company_id, map(shard_id, shards), transaction)
    for name, shard in found.items():
        rest = {
            key: kept
            for key, ids in hints_in(shard).items()
            if (kept := {one: version for one, version in ids.items() if one not in gone})
        }
        keys.put(transaction, company_id, name, key_shard(int(name), rest))
