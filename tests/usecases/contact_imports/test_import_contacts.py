"""An import makes and changes contacts as its rows say, and says how to mend the rows it cannot take."""

from typing import Any

import pytest

from shared.domain.channels.channel import Channel
from shared.domain.contacts.contact import Consent
from shared.domain.contacts.contact_field import ContactField, FieldKind
from shared.domain.contacts.contact_import import ImportMode, ImportState
from shared.domain.contacts.contact_list import ContactList
from shared.domain.contacts.import_columns import ImportColumn, Target
from shared.domain.record import replace
from shared.usecases.contact_imports.start_import import begin_undo, run_import
from shared.usecases.contacts.save_contact_field import create_contact_field
from shared.usecases.contacts.save_contact_list import create_contact_list
from shared.usecases.contacts.save_opt_out import save_opt_out
from tests.kit.builders import NOON
from tests.kit.clinic import Clinic
from tests.usecases.contact_imports.office import announced, contacts, counted, done, load

SMS = Channel("sms")
TWO = 'Key,Name,Phone,Tags\nP1,Ana,(212) 555-0187,vip\nP2,Ben,212 555 0143,"vip, new"\n'


@pytest.fixture(autouse=True)
async def fields(clinic: Clinic) -> None:
    kinds = {"visits": FieldKind.NUMBER, "born": FieldKind.DATE, "member": FieldKind.BOOLEAN}
    for name, kind in kinds.items():
        field = ContactField(id=name, name=name.title(), kind=kind, created_at=NOON)
        await create_contact_field(clinic.runtime, "acme", field)
    item = ContactList(id="list1", name="Regulars", created_at=NOON, updated_at=NOON)
    await create_contact_list(clinic.runtime, "acme", item)


async def by_key(clinic: Clinic) -> dict[str, Any]:
    return {one.key: one for one in (await contacts(clinic)).values()}


async def test_rows_become_contacts(clinic: Clinic) -> None:
    text = "Key,Name,Phone,Phone 2,Email,Tags,Lists,Visits,Born,Member,Language,Time zone,Colour\n"
    row = 'P1,Ana,(212) 555-0187,2125550143,ana@example.com,"VIP; new",regulars,12,2004-05-06,yes,es,'
    row += "America/New_York,red\n"
    item = await load(clinic, text + row)
    assert (item.state, item.percent, counted(item)) == (ImportState.LOADED, 100, {"rows": 1, "created": 1})
    assert item.notes == ("Not used: 'Colour'.",)
    [ana] = (await contacts(clinic)).values()
    assert (ana.name, ana.key, ana.language, ana.time_zone) == ("Ana", "P1", "es", "America/New_York")
    assert ana.tags == ("new", "vip")
    assert ana.list_ids == ("list1",)
    assert ana.fields == {"born": "2004-05-06", "member": True, "visits": 12}
    assert [(one.address, one.is_preferred) for one in ana.addresses] == [
        ("+12125550187", True),
        ("+12125550143", False),
        ("ana@example.com", True),
    ]


async def test_a_second_import_updates_by_key_and_adds(clinic: Clinic) -> None:
    await load(clinic, TWO)
    item = await load(clinic, "Key,Name,Tags\nP1,Ana Vega,loyal\nP2,,\nP3,Cleo,\n")
    assert counted(item) == {"rows": 3, "created": 1, "updated": 1, "unchanged": 1}
    found = await by_key(clinic)
    assert (found["P1"].name, found["P1"].tags) == ("Ana Vega", ("loyal", "vip"))
    assert (found["P2"].name, found["P2"].tags) == ("Ben", ("new", "vip"))


async def test_one_that_replaces_takes_away_what_is_not_named(clinic: Clinic) -> None:
    await load(clinic, TWO)
    item = await load(clinic, "Key,Name,Tags,Phone\nP1,,loyal,646 555 0187\n", replaces=True)
    assert counted(item) == {"rows": 1, "updated": 1}
    ana = (await by_key(clinic))["P1"]
    assert (ana.name, ana.tags, [one.address for one in ana.addresses]) == ("", ("loyal",), ["+16465550187"])


@pytest.mark.parametrize(
    ("mode", "counts", "names"),
    [
        (
            ImportMode.CREATE_ONLY,
            {"rows": 2, "created": 1, "skipped": 1},
            {"P1": "Ana", "P2": "Ben", "P3": "Cleo"},
        ),
        (ImportMode.UPDATE_ONLY, {"rows": 2, "updated": 1, "skipped": 1}, {"P1": "Anna", "P2": "Ben"}),
    ],
)
async def test_modes_skip(
    clinic: Clinic, mode: ImportMode, counts: dict[str, int], names: dict[str, str]
) -> None:
    await load(clinic, TWO)
    item = await load(clinic, "Key,Name\nP1,Anna\nP3,Cleo\n", mode=mode)
    assert counted(item) == counts
    assert {key: one.name for key, one in (await by_key(clinic)).items()} == names


async def test_contacts_are_matched_by_an_address(clinic: Clinic) -> None:
    await load(clinic, TWO)
    columns = (
        ImportColumn(column="Mobile", to=Target.ADDRESS, channel=SMS),
        ImportColumn(column="Who", to=Target.NAME),
    )
    text = "Who,Mobile\nAna Vega,+1 212-555-0187\nDan,2125550199\nNobody,\n"
    item = await load(clinic, text, match_by="sms", columns=columns)
    assert counted(item) == {"rows": 3, "created": 1, "updated": 1, "rejected": 1}
    assert [(one.row, one.column) for one in item.errors] == [(4, "Mobile")]
    assert (await by_key(clinic))["P1"].name == "Ana Vega"


async def test_what_cannot_be_taken_is_rejected_with_its_place(clinic: Clinic) -> None:
    text = (
        "Key,Name,Phone,Visits,Lists\n"
        "P1,Ana,12,,\n"
        "P2,Ben,,many,\n"
        "P3,Cleo,,,Strangers\n"
        "P4,Dan,,1,\n"
        "P4,Eve,,2,\n"
        ",Fay,,,\n"
    )
    item = await load(clinic, text)
    assert counted(item) == {"rows": 6, "created": 1, "rejected": 5}
    assert [(one.row, one.column) for one in item.errors] == [
        (2, "Phone"), (3, "Visits"), (4, "Lists"), (6, ""), (7, "Key"),
    ]  # fmt: skip
    assert "row 5" in item.errors[3].reason
    assert list(await by_key(clinic)) == ["P4"]


async def test_a_dry_run_tells_what_the_run_then_does(clinic: Clinic) -> None:
    await load(clinic, TWO)
    before = await contacts(clinic)
    text = "Key,Name,Phone\nP1,Ana Vega,\nP2,Ben,\nP3,Cleo,1\nP4,Dan,\n"
    checked = await load(clinic, text, is_dry_run=True)
    assert checked.state is ImportState.CHECKED
    assert counted(checked) == {"rows": 4, "created": 1, "updated": 1, "unchanged": 1, "rejected": 1}
    assert await contacts(clinic) == before
    await run_import(clinic.runtime, "acme", checked.id)
    ran = await done(clinic, checked.id)
    assert (ran.state, ran.counts) == (ImportState.LOADED, checked.counts)
    assert (await by_key(clinic))["P1"].name == "Ana Vega"


async def test_a_refusal_stays_and_a_new_one_is_noted(clinic: Clinic) -> None:
    await save_opt_out(clinic.runtime, "acme", SMS, "+12125550187")
    text = (
        "Key,Phone,Phone consent\nP1,2125550187,subscribed\nP2,2125550143,unsubscribed\nP3,2125550199,yes\n"
    )
    item = await load(clinic, text)
    assert counted(item) == {"rows": 3, "created": 3, "kept_refusals": 1, "noted_refusals": 1}
    found = await by_key(clinic)
    said = {key: one.addresses[0].consent for key, one in found.items()}
    assert said == {"P1": Consent.UNKNOWN, "P2": Consent.UNKNOWN, "P3": Consent.SUBSCRIBED}
    refused = [one.address async for page in clinic.stores.opt_outs.each_page("acme") for one in page]
    assert sorted(refused) == ["+12125550143", "+12125550187"]


async def test_an_undo_puts_everything_back(clinic: Clinic) -> None:
    await load(clinic, TWO)
    before = await contacts(clinic)
    item = await load(clinic, "Key,Name,Phone,Tags\nP1,Anna,2125550100,x\nP3,Cleo,,\n", replaces=True)
    await begin_undo(clinic.runtime, "acme", item.id)
    undone = await done(clinic, item.id)
    assert (undone.state, undone.restored, undone.left) == (ImportState.UNDONE, 2, 0)
    after = await contacts(clinic)
    assert after.keys() == before.keys()
    for one in before.values():
        theirs = after[one.id]
        assert replace(theirs, version=one.version, changed_at=one.changed_at) == one


async def test_who_was_changed_since_is_left_alone(clinic: Clinic) -> None:
    item = await load(clinic, TWO)
    await load(clinic, "Key,Name\nP1,Anna\n")
    await begin_undo(clinic.runtime, "acme", item.id)
    undone = await done(clinic, item.id)
    assert (undone.restored, undone.left, undone.left_blocks) == (1, 1, (0,))
    assert {key: one.name for key, one in (await by_key(clinic)).items()} == {"P1": "Anna"}


async def test_a_file_without_what_is_matched_by_is_refused(clinic: Clinic) -> None:
    item = await load(clinic, "Name\nAna\n")
    assert item.state is ImportState.REFUSED
    assert item.refusal is not None
    assert "columns" in item.refusal


async def test_an_upload_is_awaited(clinic: Clinic) -> None:
    import_id = await announced(clinic, TWO)
    await clinic.runtime.files.remove(f"companies/acme/contact_imports/{import_id}/upload")
    item = await done(clinic, import_id)
    assert (item.state, item.lease_until) == (ImportState.AWAITING_UPLOAD, None)
    assert item.due_at is not None
