"""Merge two contacts that are one person, and take that back."""

from collections.abc import Collection, Mapping

from msgspec import Struct, field

from shared.domain.contacts.check_contact import check_contact
from shared.domain.contacts.contact import Contact
from shared.domain.contacts.contact_changes import Author, ContactPair
from shared.domain.contacts.merging import Merged, mergeable_fields, merged
from shared.domain.errors import Conflict, InvalidInput, NotFound
from shared.domain.record import replace
from shared.firestore.contact_shards import pairs_in
from shared.firestore.queries.contact_imports import CHANGES_OF_BLOCK
from shared.runtime import Runtime
from shared.usecases.contacts.change_pair import change_pair

_MERGE, _UNDO = "merge.", "unmerge."


class MergeWish(Struct, frozen=True, kw_only=True):
    """Who stays, who is merged into them, and which of the other's values are taken (see `merged`).

    `versions`, by contact id, are those that somebody looked at; others than those are not merged.
    """

    survivor_id: str
    other_id: str
    take: Collection[str] = ()
    versions: Mapping[str, int] = field(default_factory=dict)

    @property
    def ids(self) -> set[str]:
        """Both contacts'."""
        return {self.survivor_id, self.other_id}


async def merge_contacts(
    runtime: Runtime, company_id: str, merge_id: str, wish: MergeWish, author: Author
) -> None:
    """Have the survivor have all that the other has, and delete the other.

    With the same `merge_id` again nothing changes. Raises NotFound, InvalidInput for what could not be, and
    Conflict.
    """

    def edit(current: Mapping[str, Contact]) -> Mapping[str, Contact | None]:
        return {wish.survivor_id: _merge(current, wish).contact, wish.other_id: None}

    await change_pair(runtime, company_id, wish.ids, edit, author, f"{_MERGE}{merge_id}")


async def preview_merge(runtime: Runtime, company_id: str, wish: MergeWish) -> Merged:
    """What would come of it. Raises as merge_contacts."""
    return _merge(await runtime.stores.contact_shards.contacts(company_id, wish.ids), wish)


def _merge(current: Mapping[str, Contact], wish: MergeWish) -> Merged:
    if wish.survivor_id == wish.other_id:
        raise InvalidInput.at("other_id", "is the contact itself; name another one")
    for contact_id in (wish.survivor_id, wish.other_id):
        if contact_id not in current:
            raise NotFound("contact", contact_id)
    for contact_id, version in wish.versions.items():
        if (now := current[contact_id].version) != version:
            raise Conflict(f"The contact {contact_id} has version {now}, not {version}: preview it again.")
    survivor, other = current[wish.survivor_id], current[wish.other_id]
    if unknown := sorted(set(wish.take) - mergeable_fields(survivor, other)):
        raise InvalidInput.at("take", f"names {unknown[0]!r}, which neither has; fields are `fields.level`")
    found = merged(survivor, other, wish.take)
    check_contact(found.contact)
    return found


async def undo_merge(runtime: Runtime, company_id: str, merge_id: str, author: Author) -> tuple[str, ...]:
    """Have both contacts be what they were before; their ids, the one that had stayed first.

    Raises NotFound, and Conflict when one of them was changed since: nothing is undone then.
    """
    changes = await runtime.stores.contact_changes.some(
        company_id, CHANGES_OF_BLOCK, f"{_MERGE}{merge_id}", limit=2
    )
    pairs = {pair.contact_id: pair for change in changes for pair in pairs_in(change)}
    if len(pairs) != 2:
        raise NotFound("merge", merge_id)

    def edit(current: Mapping[str, Contact]) -> Mapping[str, Contact | None]:
        for contact_id, pair in pairs.items():
            if not _is_as_left(current.get(contact_id), pair):
                raise Conflict(
                    f"The contact {contact_id} was changed since the merge: change both by hand instead."
                )
        return {contact_id: pair.before for contact_id, pair in pairs.items()}

    await change_pair(runtime, company_id, set(pairs), edit, author, f"{_UNDO}{merge_id}")
    return tuple(sorted(pairs, key=lambda one: pairs[one].after is None))


def _is_as_left(current: Contact | None, pair: ContactPair) -> bool:
    after = pair.after
    if current is None or after is None:
        return current is after
    return replace(current, version=after.version, changed_at=after.changed_at) == after
