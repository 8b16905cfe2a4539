"""What is exported and imported again changes nothing: through the readers, the writers and the database."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from shared.domain.contacts.contact_field import ContactField, FieldKind
from shared.domain.contacts.contact_list import ContactList
from shared.domain.contacts.segment import HasTag, Segment
from shared.domain.errors import NotFound
from shared.usecases.contacts.change_contacts import change_contacts
from shared.usecases.contacts.save_contact_field import create_contact_field
from shared.usecases.contacts.save_contact_list import create_contact_list
from shared.usecases.contacts.save_segment import create_segment
from shared.views.contact_exports import export_contacts, export_contacts_in_a_sheet
from tests.kit.builders import NOON
from tests.kit.clinic import Clinic
from tests.usecases.contact_imports.office import bare, contacts, counted, load
from tests.usecases.fires.test_people import ANA, BEN, STAFF, a_person, know

FORMS = [("people.csv", export_contacts), ("people.xlsx", export_contacts_in_a_sheet)]


async def exported(export: Callable[..., Any], clinic: Clinic, **options: str) -> bytes:
    pieces: AsyncIterator[bytes] = await export(clinic.runtime, "acme", **options)
    return b"".join([piece async for piece in pieces])


@pytest.mark.parametrize(("name", "export"), FORMS)
async def test_nothing_changes(clinic: Clinic, name: str, export: Callable[..., Any]) -> None:
    now = clinic.runtime.now()
    spring = ContactList(id="spring", name="Spring, =1", created_at=now, updated_at=now)
    await create_contact_list(clinic.runtime, "acme", spring)
    for field, kind in (("birthday", FieldKind.DATE), ("level", FieldKind.NUMBER), ("memo", FieldKind.TEXT)):
        new = ContactField(id=field, name=field, kind=kind, created_at=now)
        await create_contact_field(clinic.runtime, "acme", new)
    fields = {"birthday": "1899-12-31", "level": 0.1 + 0.2, "memo": "=HYPERLINK(1)\n'=2 _x000D_ 007"}
    await know(
        clinic,
        a_person("ana", ANA, 'a, "b"', "vip", list_ids=("spring",), key="0007", fields=fields),
        a_person("ben", BEN, name="+Ben", fields={"memo": "'=quoted"}),
    )
    before = bare((await contacts(clinic)).values())
    content = await exported(export, clinic)
    done = await load(clinic, content, name=name, match_by="id", replaces=True)
    assert counted(done) == {"rows": 2, "unchanged": 2}
    everybody = {one: lambda _: None for one in ("ana", "ben")}
    await change_contacts(clinic.runtime, "acme", everybody, STAFF)
    assert counted(await load(clinic, content, name=name, match_by="id")) == {"rows": 2, "created": 2}
    assert bare((await contacts(clinic)).values()) == before


@pytest.mark.parametrize(("name", "export"), FORMS)
async def test_a_segment_is_exported_as_it_is_now(
    clinic: Clinic, name: str, export: Callable[..., Any]
) -> None:
    await know(clinic, a_person("ana", ANA, "vip"), a_person("ben", BEN))
    vips = Segment(id="vips", name="VIPs", criterion=HasTag(value="vip"), created_at=NOON, updated_at=NOON)
    await create_segment(clinic.runtime, "acme", vips)
    content = await exported(export, clinic, segment_id="vips")
    done = await load(clinic, content, name=name, match_by="id")
    assert counted(done) == {"rows": 1, "unchanged": 1}
    with pytest.raises(NotFound):
        await export(clinic.runtime, "acme", segment_id="none")


async def test_cards_are_imported_and_a_bad_one_is_rejected_alone(clinic: Clinic) -> None:
    good = "BEGIN:VCARD\nVERSION:3.0\nFN:Ana\nTEL;TYPE=CELL:(212) 555-0187\nTEL:2125550100\nEND:VCARD\n"
    bad = "BEGIN:VCARD\nVERSION:3.0\nFN:Ben\nwhat\nEND:VCARD\n"
    done = await load(clinic, bad + good, name="people.vcf", match_by="sms")
    assert counted(done) == {"rows": 2, "created": 1, "rejected": 1}
    assert done.errors[0].row == 1
    [ana] = (await contacts(clinic)).values()
    assert (ana.name, [one.address for one in ana.addresses]) == ("Ana", [ANA, "+12125550100"])
