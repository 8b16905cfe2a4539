"""Whatever an import did, its undo leaves exactly what was before: every document, byte for byte."""

import random

import pytest

from shared.domain.channels.channel import Channel
from shared.domain.contacts.contact import Contact, ContactAddress
from shared.domain.contacts.contact_import import ImportState
from shared.usecases.contact_imports import read_import
from shared.usecases.contact_imports.start_import import begin_undo
from shared.views.contacts import find_contacts
from tests.kit.builders import NOON
from tests.kit.clinic import Clinic
from tests.kit.contact_documents import contact_documents
from tests.usecases.contact_imports.office import bare, contacts, load
from tests.usecases.fires.test_people import know

TAGS, NAMES = ("vip", "new", "gone"), ("Ana", "Ben", "")


def anybody(chance: random.Random, number: int) -> Contact:
    phones = chance.sample(range(100, 110), chance.randint(0, 2))
    addresses = [
        ContactAddress(channel=Channel("sms"), address=f"+12125550{one}", is_preferred=place == 0)
        for place, one in enumerate(phones)
    ]
    return Contact(
        id=f"contact{number}",
        created_at=NOON,
        changed_at=NOON,
        name=chance.choice(NAMES),
        key=f"K{number}" if chance.random() < 0.8 else "",
        tags=tuple(sorted(chance.sample(TAGS, chance.randint(0, 2)))),
        addresses=tuple(addresses),
    )


def anything(chance: random.Random) -> str:
    """A file about those contacts and others, with rows that cannot be taken."""
    lines = ["Key,Name,Phone,Tags"]
    for _ in range(12):
        phone = chance.choice(["", f"(212) 555-0{chance.randint(100, 112)}", "12"])
        tags = " ".join(chance.sample(TAGS, chance.randint(0, 1)))
        lines.append(f"K{chance.randint(0, 9)},{chance.choice(NAMES)},{phone},{tags}")
    return "\n".join(lines)


@pytest.mark.parametrize("seed", range(6))
async def test_an_undo_leaves_exactly_what_was(
    clinic: Clinic, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(seed)  # noqa: S311 - the same cases each time
    monkeypatch.setattr(read_import, "BLOCK_ROWS", 5)
    await know(clinic, *(anybody(chance, number) for number in range(6)))
    before, documents = await contacts(clinic), await contact_documents(clinic)
    keys = {one.search_key for contact in before.values() for one in contact.addresses}
    found = await find_contacts(clinic.runtime, "acme", keys)
    item = await load(
        clinic,
        anything(chance),
        match_by=chance.choice(["key", "sms"]),
        replaces=chance.random() < 0.5,
        mode=chance.choice(["create_and_update", "create_only", "update_only"]),
        tags=("imported",),
    )
    assert item.state is ImportState.LOADED
    has_changed = item.counts.created + item.counts.updated > 0
    assert (await contact_documents(clinic) != documents) is has_changed
    await begin_undo(clinic.runtime, "acme", item.id)
    done = await clinic.stores.contact_imports.get("acme", item.id)
    assert (done.state, done.left) == (ImportState.UNDONE, 0)
    assert bare((await contacts(clinic)).values()) == bare(before.values())
    assert await contact_documents(clinic) == documents
    after = await find_contacts(clinic.runtime, "acme", keys)
    assert {key: [one.id for one in theirs] for key, theirs in after.items()} == {
        key: [one.id for one in theirs] for key, theirs in found.items()
    }
