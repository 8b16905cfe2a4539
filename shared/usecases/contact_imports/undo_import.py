"""Take an import back, block by block, the last one first: every contact becomes what it was before.

One that somebody changed since is left as it is, and named with the reason. Refusals that the import noted
stay: nothing that is undone lets messages go to somebody of whom it was said that they refused.
"""

import time
from collections.abc import Mapping
from functools import partial

import msgspec
from google.api_core.exceptions import NotFound as ObjectNotFound
from msgspec import Struct

from shared import log
from shared.domain.contacts.contact import Contact
from shared.domain.contacts.contact_changes import Author, ChangedBy, ContactPair
from shared.domain.contacts.contact_import import LEFT_PIECE, ContactImport, ImportState, LeftContact
from shared.domain.contacts.contact_keys import external_key
from shared.domain.record import replace
from shared.firestore.contact_shards import pairs_in
from shared.firestore.queries.contact_imports import CHANGES_OF_BLOCK
from shared.runtime import Runtime
from shared.usecases.contact_imports.claim_import import end, hand_on, keep
from shared.usecases.contact_imports.stored_contacts import stored_contacts
from shared.usecases.contacts.change_contacts import ContactCounts, Edit, change_contacts
from shared.views.contacts import find_contacts

CHANGED = "was changed since the import; change it by hand if it should be as before"
DELETED = "was deleted since the import"
KEY_TAKEN = "had another key before the import, which another contact has now"
MOST_CHANGES = 10_000  # of a block: each shard has one, or some where they are large
_LEFT = msgspec.json.Decoder(list[LeftContact])


class _Existing(Struct, frozen=True, kw_only=True):
    """What a contact that comes back may name: what was deleted meanwhile stays away."""

    list_ids: frozenset[str]
    fields: frozenset[str]

    def as_before(self, contact: Contact | None) -> Contact | None:
        """The contact as it was."""
        if contact is None:
            return None
        list_ids = tuple(one for one in contact.list_ids if one in self.list_ids)
        fields = {name: value for name, value in contact.fields.items() if name in self.fields}
        return replace(contact, list_ids=list_ids, fields=fields)


async def undo_import(runtime: Runtime, company_id: str, item: ContactImport, deadline: float) -> None:
    """Go on until it is done, or hand on what is left at `deadline` (of time.monotonic). Raises LeaseLost."""
    existing = await _existing(runtime, company_id)
    blocks = item.blocks + 1  # one that was refused half-way counts as not done, and has changes
    while item.undone_blocks < blocks:
        if time.monotonic() >= deadline:
            await hand_on(runtime, company_id, item)
            return
        number = blocks - 1 - item.undone_blocks
        counts, left = await _undo_block(runtime, company_id, item, number, existing)
        item = await keep(
            runtime, company_id, item, partial(_with, number=number, blocks=blocks, counts=counts, left=left)
        )
    await end(runtime, company_id, item, ImportState.UNDONE)
    log.event("import undone", import_id=item.id, restored=item.restored, left=item.left)


def _with(
    item: ContactImport, *, number: int, blocks: int, counts: ContactCounts, left: int
) -> ContactImport:
    """The import with one more block taken back."""
    undone = blocks - number
    if item.undone_blocks >= undone:  # by an attempt of ours, after all
        return item
    return replace(
        item,
        undone_blocks=undone,
        percent=min(100 * undone // blocks, 99),
        restored=item.restored + counts.updated + counts.deleted,
        left=item.left + left,
        left_blocks=(*item.left_blocks, number) if left else item.left_blocks,
    )


async def _undo_block(
    runtime: Runtime, company_id: str, item: ContactImport, number: int, existing: _Existing
) -> tuple[ContactCounts, int]:
    """What came of a block: counts, and how many contacts were left alone.

    Who is left alone is kept before anything is changed: whoever goes on after a death decides the same.
    """
    changes = await runtime.stores.contact_changes.some(
        company_id, CHANGES_OF_BLOCK, item.block_id(number), limit=MOST_CHANGES
    )
    pairs = {pair.contact_id: pair for change in changes for pair in pairs_in(change)}
    if not pairs:
        return ContactCounts(), 0
    name = item.piece_name(LEFT_PIECE, number)
    left = await _stored(runtime, name)
    if left is None:
        left = await _left(runtime, company_id, pairs)
        await _store(runtime, name, left)
    stay = {one.contact_id for one in left}
    late: dict[str, LeftContact] = {}
    edits: dict[str, Edit] = {
        one: partial(_edit, pair, existing, late) for one, pair in pairs.items() if one not in stay
    }
    author = Author(ChangedBy.IMPORT, item.id)
    counts = await change_contacts(runtime, company_id, edits, author, change_id=f"{item.id}.undo.{number}")
    if late:
        await _store(runtime, name, [*left, *late.values()])
    return counts, len(left) + len(late)


def _edit(
    pair: ContactPair, existing: _Existing, late: dict[str, LeftContact], current: Contact | None
) -> Contact | None:
    """The contact as it was before; one that was changed a moment ago stays, and is noted in `late`."""
    late.pop(pair.contact_id, None)
    before = existing.as_before(pair.before)
    if _is_same(current, pair.after) or _is_same(current, before):  # the latter: by an attempt of ours
        return before
    late[pair.contact_id] = _of(pair, CHANGED if current else DELETED)
    return current


def _is_same(current: Contact | None, other: Contact | None) -> bool:
    """Whether the contact has just what `other` has, however often it was written."""
    if current is None or other is None:
        return current is other
    same = replace(current, version=other.version, created_at=other.created_at, changed_at=other.changed_at)
    return same == other


async def _left(runtime: Runtime, company_id: str, pairs: Mapping[str, ContactPair]) -> list[LeftContact]:
    """Who is to be left alone, and why."""
    current = await stored_contacts(runtime, company_id, pairs)
    found = []
    for contact_id, pair in pairs.items():
        if not _is_same(current.get(contact_id), pair.after):
            found.append(_of(pair, CHANGED if contact_id in current else DELETED))
    names = {one.contact_id for one in found}
    keys = {
        external_key(pair.before.key): contact_id
        for contact_id, pair in pairs.items()
        if contact_id not in names and pair.before and pair.before.key and pair.after
        if pair.before.key != pair.after.key
    }
    for key, others in (await find_contacts(runtime, company_id, keys)).items() if keys else ():
        if any(one.id not in pairs for one in others):
            found.append(_of(pairs[keys[key]], KEY_TAKEN))
    return sorted(found, key=lambda one: one.contact_id)


def _of(pair: ContactPair, reason: str) -> LeftContact:
    contact = pair.after or pair.before
    return LeftContact(contact_id=pair.contact_id, name=contact.name if contact else "", reason=reason)


async def _existing(runtime: Runtime, company_id: str) -> _Existing:
    stores = runtime.stores
    lists = [one.id async for page in stores.contact_lists.each_page(company_id) for one in page]
    fields = [one.id async for page in stores.contact_fields.each_page(company_id) for one in page]
    return _Existing(list_ids=frozenset(lists), fields=frozenset(fields))


async def _stored(runtime: Runtime, name: str) -> list[LeftContact] | None:
    try:
        return _LEFT.decode(b"".join([piece async for piece in runtime.files.read(name)]))
    except ObjectNotFound:
        return None


async def _store(runtime: Runtime, name: str, left: list[LeftContact]) -> None:
    await runtime.files.save_text(name, msgspec.json.encode(left).decode())
