"""One contact is made, changed and deleted, with its refusals and what it is found by."""

import asyncio
from typing import Any

import pytest

from shared.domain.channels.channel import Channel
from shared.domain.contacts.contact import Consent, Contact
from shared.domain.contacts.contact_changes import Author, ChangedBy
from shared.domain.contacts.contact_edit import AddressEdit, ContactEdit
from shared.domain.contacts.contact_field import ContactField, FieldKind
from shared.domain.contacts.contact_keys import external_key, keys_of
from shared.domain.contacts.contact_list import ContactList
from shared.domain.contacts.opt_out import opt_out_id
from shared.domain.errors import Conflict, InvalidInput, NotFound
from shared.usecases.contacts.change_many import Changed
from shared.usecases.contacts.change_membership import change_membership
from shared.usecases.contacts.delete_contact import delete_contact
from shared.usecases.contacts.delete_contact_field import delete_contact_field
from shared.usecases.contacts.delete_contact_list import delete_contact_list
from shared.usecases.contacts.save_contact import create_contact, edit_contact
from shared.usecases.contacts.save_contact_field import create_contact_field
from shared.usecases.contacts.save_contact_list import create_contact_list
from shared.usecases.contacts.save_opt_out import end_opt_out
from shared.views.contacts import find_contacts, get_contact, list_contacts
from shared.views.kit.paging import PageAsked
from tests.kit.builders import NOON
from tests.kit.clinic import Clinic
from tests.usecases.contacts.test_change_contacts import hints

SMS, EMAIL = Channel("sms"), Channel("email")
DESK = Author(ChangedBy.API_KEY, "key-1")


def _sms(address: str, **changes: Any) -> AddressEdit:
    return AddressEdit(channel=SMS, address=address, **changes)


async def make(clinic: Clinic, contact_id: str = "ana", **edit: Any) -> Contact:
    return await create_contact(clinic.runtime, "acme", contact_id, ContactEdit(**edit), DESK)


async def edit(clinic: Clinic, contact_id: str = "ana", **edit: Any) -> Contact:
    return await edit_contact(clinic.runtime, "acme", contact_id, ContactEdit(**edit), DESK)


async def consents(clinic: Clinic, contact_id: str = "ana") -> list[str]:
    known = await get_contact(clinic.runtime, "acme", contact_id)
    return [one.consent for one in known.standings]


async def test_addresses_get_their_one_form_and_lead_to_the_contact(clinic: Clinic) -> None:
    made = await make(clinic, name="Ana", key="P-1", addresses=(_sms("(212) 555-0187"),))
    assert [one.address for one in made.addresses] == ["+12125550187"]
    assert await make(clinic, name="Another") == made, "the same id again changes nothing"
    found = await find_contacts(clinic.runtime, "acme", keys_of(made))
    assert found == {key: [made] for key in keys_of(made)}
    changed = await edit(clinic, addresses=(_sms("646 555 0187"),), key="P-2")
    assert (changed.version, changed.name, changed.created_at) == (2, "Ana", made.created_at)
    assert await find_contacts(clinic.runtime, "acme", keys_of(made)) == {}
    assert (await hints(clinic)).keys() == keys_of(changed)
    await delete_contact(clinic.runtime, "acme", "ana", DESK)
    assert await hints(clinic) == {}
    for gone in (edit(clinic), delete_contact(clinic.runtime, "acme", "ana", DESK)):
        with pytest.raises(NotFound):
            await gone


async def test_what_is_wrong_is_named_with_its_place_and_nothing_is_stored(clinic: Clinic) -> None:
    with pytest.raises(InvalidInput) as refused:
        await make(
            clinic,
            fields={"level": 3},
            add_list_ids=("nowhere",),
            addresses=(_sms("(212) 555-0187"), _sms("555")),
        )
    assert [one.field for one in refused.value.problems] == [
        "fields.level",
        "list_ids",
        "addresses[1].address",
    ]
    assert (await list_contacts(clinic.runtime, "acme", PageAsked(10))).items == []


async def test_a_key_is_one_contacts_also_when_two_come_at_once(clinic: Clinic) -> None:
    tries = await asyncio.gather(
        *(make(clinic, f"c{n}", key="P-1") for n in range(4)), return_exceptions=True
    )
    made = [one for one in tries if isinstance(one, Contact)]
    assert len(made) == 1
    assert all(isinstance(one, Conflict) for one in tries if one not in made), tries
    await edit(clinic, made[0].id, key="P-2")
    await make(clinic, "other", key="P-1")
    with pytest.raises(Conflict, match="other has the key 'P-1' already"):
        await edit(clinic, made[0].id, key="P-1")
    found = await find_contacts(clinic.runtime, "acme", [external_key("P-1")])
    assert [one.id for one in found[external_key("P-1")]] == ["other"]


async def test_a_change_of_another_version_is_refused_and_others_add_up(clinic: Clinic) -> None:
    await make(clinic)
    await asyncio.gather(*(edit(clinic, add_tags=(tag,)) for tag in "abcd"))
    with pytest.raises(Conflict, match="has version 5, not 1"):
        await edit(clinic, name="Ana", version=1)
    assert (await edit(clinic, name="Ana", version=5)).tags == ("a", "b", "c", "d")


async def test_a_refusal_goes_where_refusals_are_and_no_edit_lifts_it(clinic: Clinic) -> None:
    await make(clinic, addresses=(_sms("+12125550187", consent=Consent.SUBSCRIBED),))
    assert await consents(clinic) == ["subscribed"]
    await edit(clinic, addresses=(_sms("+12125550187", consent=Consent.UNSUBSCRIBED, consent_note="a call"),))
    noted = await clinic.stores.opt_outs.get("acme", opt_out_id(SMS, "+12125550187"))
    assert (noted.is_active, noted.text, noted.changed_by) == (True, "a call", "api key key-1")
    assert await consents(clinic) == ["unsubscribed"]
    with pytest.raises(InvalidInput, match=f"has refused.*opt-outs/{noted.id}/end"):
        await edit(clinic, addresses=(_sms("+12125550187", consent=Consent.SUBSCRIBED),))
    with pytest.raises(InvalidInput, match="has refused"):
        await make(clinic, "ben", addresses=(_sms("2125550187", consent=Consent.SUBSCRIBED),))
    await make(clinic, "cleo", addresses=(_sms("2125550187"),))
    assert await consents(clinic, "cleo") == ["unsubscribed"], "it is the address that refused"
    await end_opt_out(clinic.runtime, "acme", noted.id, "She asked to be texted again.")
    assert await consents(clinic) == ["subscribed"]


async def test_a_wrong_edit_notes_no_refusal(clinic: Clinic) -> None:
    refusal = (_sms("+12125550187", consent=Consent.UNSUBSCRIBED),)
    with pytest.raises(NotFound):
        await edit(clinic, "nobody", addresses=refusal)
    with pytest.raises(InvalidInput):
        await make(clinic, name="x" * 300, addresses=refusal)
    assert (await clinic.stores.opt_outs.page("acme", limit=10)).items == []


async def test_who_shares_an_address_is_named_whatever_the_channel(clinic: Clinic) -> None:
    home = _sms("+12125550187")
    mail = AddressEdit(channel=EMAIL, address="home@example.com")
    await make(clinic, "ana", name="Ana", addresses=(home, mail))
    await make(clinic, "ben", name="Ben", addresses=(home,))
    await make(clinic, "cleo", name="Cleo", addresses=(_sms("+12125550143"), mail))
    known = await get_contact(clinic.runtime, "acme", "ana")
    assert {(one.contact_id, one.channel) for one in known.household} == {("ben", SMS), ("cleo", EMAIL)}
    ben = await get_contact(clinic.runtime, "acme", "ben")
    assert [(one.contact_id, one.name, one.address) for one in ben.household] == [
        ("ana", "Ana", "+12125550187")
    ]
    await edit(clinic, "ana", addresses=())
    assert (await get_contact(clinic.runtime, "acme", "ben")).household == ()


async def _member(clinic: Clinic, *ids: str, are_members: bool = True) -> Changed:
    return await change_membership(clinic.runtime, "acme", "regulars", ids, DESK, are_members=are_members)


async def test_a_list_is_left_by_all_when_it_is_deleted(clinic: Clinic) -> None:
    await create_contact_list(
        clinic.runtime, "acme", ContactList(id="regulars", name="Regulars", created_at=NOON, updated_at=NOON)
    )
    await make(clinic, "ana", add_list_ids=("regulars",))
    await make(clinic, "ben")
    added = await _member(clinic, "ana", "ben", "nobody")
    assert (added.changed, added.unchanged, added.missing) == (1, 1, 1)
    removed = await _member(clinic, "ana", are_members=False)
    assert (removed.changed, removed.unchanged, removed.missing) == (1, 0, 0)
    await delete_contact_list(clinic.runtime, "acme", "regulars", DESK)
    assert (await get_contact(clinic.runtime, "acme", "ben")).contact.list_ids == ()
    with pytest.raises(NotFound):
        await _member(clinic, "ana")
    with pytest.raises(InvalidInput, match="no list 'regulars'"):
        await edit(clinic, "ana", add_list_ids=("regulars",))


async def test_a_field_goes_with_its_values(clinic: Clinic) -> None:
    level = ContactField(id="level", name="Level", kind=FieldKind.NUMBER, created_at=NOON)
    assert await create_contact_field(clinic.runtime, "acme", level) == level
    assert await create_contact_field(clinic.runtime, "acme", level) == level
    with pytest.raises(Conflict, match="of the kind number"):
        await create_contact_field(
            clinic.runtime,
            "acme",
            ContactField(id="level", name="Level", kind=FieldKind.TEXT, created_at=NOON),
        )
    assert (await make(clinic, fields={"level": 3.0})).fields == {"level": 3}
    with pytest.raises(InvalidInput, match=r"fields.level: must be a number"):
        await edit(clinic, fields={"level": "gold"})
    await delete_contact_field(clinic.runtime, "acme", "level", DESK)
    assert (await get_contact(clinic.runtime, "acme", "ana")).contact.fields == {}
    with pytest.raises(InvalidInput, match="no field of yours"):
        await edit(clinic, fields={"level": 3})
