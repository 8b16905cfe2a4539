"""Imports in tests: a file goes in, and what became of the contacts comes out."""

import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from shared.domain.contacts.contact import Contact
from shared.domain.contacts.contact_import import ContactImport, ImportCounts
from shared.domain.ids import random_id
from shared.domain.job import ImportContacts
from shared.firestore.contact_shards import contacts_in
from shared.usecases.contact_imports.import_contacts import import_contacts
from shared.usecases.contact_imports.start_import import ImportWish, start_import, upload_import
from tests.kit.clinic import Clinic


async def announced(clinic: Clinic, content: bytes | str, **wish: Any) -> str:
    """An import whose file is uploaded; its id."""
    wanted = ImportWish(**{"name": "people.csv", "match_by": "key", **wish})
    item, _, _ = await start_import(clinic.runtime, "acme", random_id(), wanted, "key-1")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        await upload_import(clinic.runtime, "acme", item.id, str(path))
    return item.id


async def done(clinic: Clinic, import_id: str) -> ContactImport:
    """The import after its job."""
    await import_contacts(clinic.runtime, ImportContacts(company_id="acme", import_id=import_id))
    return await clinic.stores.contact_imports.get("acme", import_id)


async def load(clinic: Clinic, content: bytes | str, **wish: Any) -> ContactImport:
    """What became of an import of this file."""
    return await done(clinic, await announced(clinic, content, **wish))


async def contacts(clinic: Clinic) -> dict[str, Contact]:
    """All contacts there are, by id."""
    scan = clinic.stores.contact_shards.scan("acme")
    return {one.id: one async for shard in scan for one in contacts_in(shard)}


def bare(found: Iterable[Contact]) -> list[tuple[Any, ...]]:
    """What the contacts hold, apart from when and how often it was written."""
    return sorted(
        (
            one.id,
            one.name,
            one.key,
            one.language,
            one.time_zone,
            one.tags,
            one.list_ids,
            sorted(one.fields.items()),
            one.addresses,
        )
        for one in found
    )


def counted(item: ContactImport) -> dict[str, int]:
    """The counts that are not nothing."""
    counts = item.counts
    return {name: count for name in ImportCounts.__struct_fields__ if (count := getattr(counts, name))}
