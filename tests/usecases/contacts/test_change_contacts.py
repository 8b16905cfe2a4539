"""Contacts are changed in bulk: each shard once, done once, found by what they have at any moment."""

import asyncio
from collections.abc import Iterable
from typing import Any

import pytest

from shared.domain.channels.channel import Channel
from shared.domain.contacts.contact import Contact, ContactAddress
from shared.domain.contacts.contact_changes import Author, ChangedBy, ContactPair
from shared.domain.contacts.contact_keys import SHARDS, external_key, keys_of, shard_of
from shared.domain.errors import InvalidInput
from shared.domain.fires.fire_cost import Unit
from shared.domain.ids import computed_id
from shared.domain.record import replace
from shared.firestore import contact_shards
from shared.firestore.contact_shards import ContactsFull, contacts_in, hints_in, pairs_in
from shared.metering import metered
from shared.usecases.contacts import change_contacts as module
from shared.usecases.contacts.change_contacts import (
    ContactCounts,
    Edit,
    change_contacts,
    change_every_contact,
)
from shared.usecases.contacts.change_one import change_one
from shared.views.contacts import find_contacts
from tests.kit.builders import NOON
from tests.kit.clinic import Clinic

SMS = Channel("sms")
IMPORT = Author(ChangedBy.IMPORT, "import-1")


def person(number: int, **changes: Any) -> Contact:
    contact = Contact(
        id=computed_id("person", number),
        created_at=NOON,
        changed_at=NOON,
        name=f"Person {number}",
        key=f"P{number}",
        addresses=(ContactAddress(channel=SMS, address=f"+1212555{number:04}", is_preferred=True),),
    )
    return replace(contact, **changes)


def becoming(contacts: Iterable[Contact]) -> dict[str, Edit]:
    """Edits that make just these contacts."""
    return {one.id: lambda _, made=one: made for one in contacts}  # type: ignore[misc]  # a lambda with a default


def tagging(contacts: Iterable[Contact], tag: str) -> dict[str, Edit]:
    """Edits that attach a tag to those that exist."""

    def attach(contact: Contact | None) -> Contact | None:
        return contact and replace(contact, tags=tuple(sorted({*contact.tags, tag})))

    return dict.fromkeys((one.id for one in contacts), attach)


async def change(clinic: Clinic, edits: dict[str, Edit], **options: Any) -> ContactCounts:
    return await change_contacts(clinic.runtime, "acme", edits, IMPORT, **options)


async def stored(clinic: Clinic) -> dict[str, Contact]:
    shards = clinic.stores.contact_shards
    return {one.id: one async for shard in shards.scan("acme") for one in contacts_in(shard)}


async def hints(clinic: Clinic) -> dict[str, dict[str, int]]:
    page = await clinic.stores.contact_keys.page("acme", limit=SHARDS)
    return {key: ids for shard in page.items for key, ids in hints_in(shard).items()}


async def changes(clinic: Clinic) -> list[ContactPair]:
    page = await clinic.stores.contact_changes.page("acme", limit=1000)
    return [pair for change in page.items for pair in pairs_in(change)]


async def test_contacts_are_made_changed_and_deleted(clinic: Clinic) -> None:
    people = [person(n) for n in range(60)]
    assert await change(clinic, becoming(people)) == ContactCounts(created=60)
    now = clinic.runtime.now()
    found = await stored(clinic)
    assert {one.id: replace(one, version=0, changed_at=NOON) for one in found.values()} == {
        one.id: one for one in people
    }
    assert {one.version for one in found.values()} == {1}
    assert all(one.changed_at <= now for one in found.values())
    gone: Edit = lambda _: None  # noqa: E731
    edits = tagging(people[:20], "vip") | {people[20].id: gone, computed_id("nobody"): gone}
    assert await change(clinic, edits) == ContactCounts(updated=20, deleted=1, unchanged=1)
    assert await change(clinic, tagging(people[:30], "vip")) == ContactCounts(updated=9, unchanged=21)
    found = await stored(clinic)
    assert len(found) == 59
    assert {one.id for one in found.values() if one.tags} == {
        one.id for one in people[:30] if one is not people[20]
    }
    pairs = await changes(clinic)
    assert len(pairs) == 60 + 21 + 9
    assert sum(pair.after is None for pair in pairs) == 1
    assert all(
        (pair.before is None) == (pair.after is not None and pair.after.version == 1) for pair in pairs
    )


async def test_the_same_change_again_is_counted_and_not_done(clinic: Clinic) -> None:
    people = [person(n) for n in range(40)]
    first = await change(clinic, becoming(people), change_id="chunk-1")
    await change(clinic, tagging(people, "later"))
    before = await stored(clinic)
    assert await change(clinic, becoming(people), change_id="chunk-1") == first
    assert await stored(clinic) == before


async def test_contacts_are_found_by_what_they_have_now(clinic: Clinic) -> None:
    people = [person(n) for n in range(30)]
    await change(clinic, becoming(people))
    shared = ContactAddress(channel=SMS, address="+12125559999")
    moved = [replace(one, key="", addresses=(shared,)) for one in people[:2]]
    await change(clinic, becoming(moved))
    keys = {*keys_of(people[0]), *keys_of(people[5]), shared.search_key, external_key("nobody's")}
    found = await find_contacts(clinic.runtime, "acme", keys)
    assert {key: [one.id for one in theirs] for key, theirs in found.items()} == {
        **{key: [people[5].id] for key in keys_of(people[5])},
        shared.search_key: sorted(one.id for one in moved),
    }
    # What led to them before is gone; every contact has its hints and no other.
    expected = {(key, one.id) for one in (await stored(clinic)).values() for key in keys_of(one)}
    assert {(key, one) for key, ids in (await hints(clinic)).items() for one in ids} == expected


async def test_a_hint_that_leads_nowhere_harms_nobody(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it is left when a worker dies between the keys and the contacts."""

    class Killed(Exception):
        pass

    async def killed(*_: object) -> None:
        raise Killed

    people = [person(n) for n in range(10)]
    with monkeypatch.context() as patched:
        patched.setattr(module, "_change_part", killed)
        with pytest.raises(Killed):
            await change(clinic, becoming(people))
    assert len(await hints(clinic)) == 20
    assert await find_contacts(clinic.runtime, "acme", keys_of(people[0])) == {}
    await change(clinic, becoming(people))
    assert len(await find_contacts(clinic.runtime, "acme", keys_of(people[0]))) == 2


async def test_changes_at_the_same_time_lose_nothing(clinic: Clinic) -> None:
    people = [person(n) for n in range(25)]
    await change(clinic, becoming(people))

    async def rename(one: Contact) -> None:
        def edit(contact: Contact | None) -> Contact | None:
            return contact and replace(contact, name="Ana", key=f"K{one.key}")

        await change_one(clinic.runtime, "acme", one.id, edit, IMPORT)

    def move(contact: Contact | None) -> Contact:
        assert contact is not None
        address = ContactAddress(channel=SMS, address=f"+1646{contact.addresses[0].address[5:]}")
        return replace(contact, addresses=(address,))

    await asyncio.gather(
        change(clinic, tagging(people, "a")),
        change(clinic, tagging(people, "b")),
        change(clinic, {one.id: move for one in people}),
        *(rename(one) for one in people[:5]),
    )
    found = await stored(clinic)
    assert {one.tags for one in found.values()} == {("a", "b")}
    assert {one.addresses[0].address[:5] for one in found.values()} == {"+1646"}
    assert sorted(one.key for one in found.values() if one.name == "Ana") == [f"KP{n}" for n in range(5)]
    assert {one.version for one in found.values()} == {4, 5}
    expected = {(key, one.id) for one in found.values() for key in keys_of(one)}
    assert {(key, one) for key, ids in (await hints(clinic)).items() for one in ids} >= expected


async def test_what_an_edit_refuses_leaves_its_shard_as_it_was(clinic: Clinic) -> None:
    def refuse(_: Contact | None) -> Contact:
        raise InvalidInput.at("name", "is wrong")

    await change(clinic, becoming([person(1)]))
    before = await stored(clinic)
    with pytest.raises(InvalidInput, match="is wrong"):
        await change(clinic, {person(1).id: refuse})
    assert await stored(clinic) == before


async def test_every_contact_can_be_changed(clinic: Clinic) -> None:
    people = [person(n, tags=("old",) if n % 3 == 0 else ()) for n in range(50)]
    await change(clinic, becoming(people))
    await change_every_contact(clinic.runtime, "acme", lambda one: replace(one, tags=()), IMPORT)
    found = await stored(clinic)
    assert all(one.tags == () for one in found.values())
    assert sum(one.version == 2 for one in found.values()) == 17


async def test_a_full_shard_says_so(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    await change(clinic, becoming([person(1)]))
    monkeypatch.setattr(contact_shards, "LARGEST", 300)
    with pytest.raises(ContactsFull, match="no room for more contacts"):
        await change(clinic, tagging([person(1)], "x" * 60) | becoming(_of_shard(person(1), 5)))
    assert len(await stored(clinic)) == 1


def _of_shard(one: Contact, count: int) -> list[Contact]:
    shard, found, number = shard_of(one.id), list[Contact](), 1000
    while len(found) < count:
        number += 1
        if shard_of(computed_id("person", number)) == shard:
            found.append(person(number % 10_000, id=computed_id("person", number)))
    return found


async def test_a_change_that_is_too_large_for_a_document_is_parted(clinic: Clinic) -> None:
    """Before and after of a shard that is nearly full are more than one document holds."""
    people = _of_shard(person(1), 24)
    texts = {one.id: "".join(computed_id(one.id, n) for n in range(2_000)) for one in people}
    edits = becoming(replace(one, fields={"a": texts[one.id]}) for one in people)
    assert await change(clinic, edits, change_id="large") == ContactCounts(created=24)
    assert await change(clinic, tagging(people, "x")) == ContactCounts(updated=24)
    assert len(await clinic.stores.contact_changes.find_many("acme", [])) == 0
    found = await stored(clinic)
    assert {one.id: one.fields["a"] for one in found.values()} == texts
    assert len(await changes(clinic)) == 48
    assert (await clinic.stores.contact_changes.page("acme", limit=10)).items != []
    assert await change(clinic, edits, change_id="large") == ContactCounts(created=24)


async def test_what_it_costs_grows_with_the_shards_and_not_with_the_contacts(clinic: Clinic) -> None:
    few, many = [person(n) for n in range(1_000)], [person(n) for n in range(1_000, 4_000)]
    costs = []
    for people in (few, many):
        with metered() as meter:
            await change(clinic, becoming(people))
        [spent] = meter.values()
        costs.append((spent[Unit.READS], spent[Unit.WRITES]))
    assert all(writes <= 3 * SHARDS for _, writes in costs), costs
    assert all(reads <= 4 * SHARDS for reads, _ in costs), costs
    with metered() as meter:
        assert len(await stored(clinic)) == 4_000
    [spent] = meter.values()
    assert spent[Unit.READS] <= SHARDS + 10
