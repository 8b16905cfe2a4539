"""Duplicates are found, merged and parted again; what was sent to either is found under who stays."""

import asyncio
from itertools import permutations
from typing import Any

import pytest

from shared.domain.campaigns.audience import Everybody, PickedContacts
from shared.domain.channels.channel import Channel
from shared.domain.contacts.contact import Consent, Contact
from shared.domain.contacts.contact_edit import ContactEdit
from shared.domain.contacts.contact_field import ContactField, FieldKind
from shared.domain.contacts.segment import Activity, HasActivity
from shared.domain.errors import Conflict, InvalidInput, NotFound
from shared.domain.fires.deletion_work import Part
from shared.usecases.contacts import forget_person as forgetting
from shared.usecases.contacts.merge_contacts import MergeWish, merge_contacts, preview_merge, undo_merge
from shared.usecases.contacts.save_contact import edit_contact
from shared.usecases.contacts.save_contact_field import create_contact_field
from shared.usecases.contacts.save_opt_out import save_opt_out
from shared.views.contacts import find_contacts, get_contact
from shared.views.duplicates import DuplicateBy, find_duplicates
from shared.views.kit.paging import PageAsked
from shared.views.segments import count_segment
from shared.views.timeline import get_timeline
from tests.kit.clinic import Clinic
from tests.kit.forgetting import forgotten
from tests.kit.traces import traces
from tests.usecases.contact_imports.office import bare, contacts
from tests.usecases.fires.test_people import ANA, BEN, CLEO, STAFF, a_person, know, ready
from tests.usecases.fires.test_why import become, only, why

EMAIL = Channel("email")


def wish(survivor: str = "ana", other: str = "anna", **options: Any) -> MergeWish:
    return MergeWish(survivor_id=survivor, other_id=other, **options)


async def merge(clinic: Clinic, merge_id: str = "m1", **options: Any) -> None:
    await merge_contacts(clinic.runtime, "acme", merge_id, wish(**options), STAFF)


async def two(clinic: Clinic) -> None:
    await know(
        clinic,
        a_person("ana", ANA, "vip", key="P-1"),
        a_person("anna", BEN, "new", key="P-2", fields={"city": "Boston"}),
        a_person("cleo", CLEO),
    )


async def test_what_was_sent_to_either_is_found_under_who_stays(clinic: Clinic) -> None:
    await two(clinic)
    await ready(clinic, Everybody())
    await clinic.fire()
    await save_opt_out(clinic.runtime, "acme", Channel("sms"), BEN, "no more", by="test")
    await merge(clinic)
    page = await get_timeline(clinic.runtime, "acme", PageAsked(50), "ana")
    kinds = [str(kind) for one in page.items for kind in one.kinds]
    assert kinds.count("message") == 2
    assert kinds.count("consent") == 1
    assert kinds.count("edit") >= 2
    found = await why(clinic)
    assert len(found.explanations) == 2
    known = await get_contact(clinic.runtime, "acme", "ana")
    pairs = zip(known.contact.addresses, known.standings, strict=True)
    standings = {one.address: state.consent for one, state in pairs}
    assert standings == {ANA: Consent.UNKNOWN, BEN: Consent.UNSUBSCRIBED}
    sent_twice = HasActivity(activity=Activity.SENT, days=7, times=2)
    [twice] = (await count_segment(clinic.runtime, "acme", sent_twice)).sample
    assert twice.id == "ana"


async def test_an_undo_leaves_exactly_what_was(clinic: Clinic) -> None:
    await two(clinic)
    before = bare((await contacts(clinic)).values())
    await merge(clinic, take=("key",))
    await merge(clinic, take=("key",))  # the same again
    after = await contacts(clinic)
    assert set(after) == {"ana", "cleo"}
    assert (after["ana"].key, after["ana"].tags) == ("P-2", ("new", "vip"))
    by_address = await find_contacts(clinic.runtime, "acme", {after["ana"].addresses[1].search_key})
    assert [one.id for [one] in by_address.values()] == ["ana"]
    assert await undo_merge(clinic.runtime, "acme", "m1", STAFF) == ("ana", "anna")
    assert bare((await contacts(clinic)).values()) == before
    assert not any(one.merged_ids for one in (await contacts(clinic)).values())
    with pytest.raises(NotFound):
        await undo_merge(clinic.runtime, "acme", "m2", STAFF)


async def test_what_was_changed_since_is_not_parted(clinic: Clinic) -> None:
    await two(clinic)
    await merge(clinic)
    await become(clinic, "ana", name="Ana Maria")
    with pytest.raises(Conflict, match="ana was changed since"):
        await undo_merge(clinic.runtime, "acme", "m1", STAFF)
    assert set(await contacts(clinic)) == {"ana", "cleo"}


async def test_only_what_somebody_looked_at_is_merged(clinic: Clinic) -> None:
    await two(clinic)
    await become(clinic, "anna", name="Anna Lee")
    with pytest.raises(Conflict, match="anna has version 2, not 1: preview it again"):
        await merge(clinic, versions={"ana": 1, "anna": 1})
    await merge(clinic, versions={"ana": 1, "anna": 2})
    assert set(await contacts(clinic)) == {"ana", "cleo"}


@pytest.mark.parametrize("order", list(permutations(("merge", "edit ana", "edit anna"))))
async def test_what_is_changed_while_it_is_merged_is_in_it_or_refused(
    clinic: Clinic, order: tuple[str, ...]
) -> None:
    """Both contacts are read and written in one transaction: an edit is before it, or after it."""
    await two(clinic)
    works = {
        "merge": merge(clinic),
        "edit ana": edit_contact(clinic.runtime, "acme", "ana", ContactEdit(add_tags=("tall",)), STAFF),
        "edit anna": edit_contact(clinic.runtime, "acme", "anna", ContactEdit(add_tags=("kind",)), STAFF),
    }
    outcomes = await asyncio.gather(*(works[one] for one in order), return_exceptions=True)
    done = dict(zip(order, outcomes, strict=True))
    assert (done["merge"], isinstance(done["edit ana"], Contact)) == (None, True)
    known = await contacts(clinic)
    assert set(known) == {"ana", "cleo"}
    is_in_time = isinstance(done["edit anna"], Contact)
    assert is_in_time or isinstance(done["edit anna"], NotFound)
    assert set(known["ana"].tags) == {"new", "vip", "tall", *(["kind"] if is_in_time else [])}


async def test_of_two_merges_of_the_same_contacts_one_is_done(clinic: Clinic) -> None:
    await two(clinic)
    merges = [merge(clinic, "m1"), merge(clinic, "m2", survivor="anna", other="ana")]
    done = await asyncio.gather(*merges, return_exceptions=True)
    assert sorted(type(one).__name__ for one in done) == ["NoneType", "NotFound"]
    known = await contacts(clinic)
    [stayed] = known.keys() - {"cleo"}
    assert known[stayed].merged_ids == tuple({"ana", "anna"} - {stayed})
    assert {one.address for one in known[stayed].addresses} == {ANA, BEN}


async def test_merges_are_undone_the_last_one_first(clinic: Clinic) -> None:
    await two(clinic)
    before = bare((await contacts(clinic)).values())
    await merge(clinic, "m1")
    await merge(clinic, "m2", survivor="cleo", other="ana")
    with pytest.raises(Conflict, match="ana was changed since"):
        await undo_merge(clinic.runtime, "acme", "m1", STAFF)
    await undo_merge(clinic.runtime, "acme", "m2", STAFF)
    await undo_merge(clinic.runtime, "acme", "m1", STAFF)
    assert bare((await contacts(clinic)).values()) == before


async def test_a_key_that_another_got_meanwhile_is_not_given_back(clinic: Clinic) -> None:
    await two(clinic)
    await merge(clinic)  # ana keeps her own key
    await become(clinic, "cleo", key="P-2")
    with pytest.raises(Conflict, match="cleo has the key 'P-2' already"):
        await undo_merge(clinic.runtime, "acme", "m1", STAFF)
    assert set(await contacts(clinic)) == {"ana", "cleo"}


async def test_who_was_picked_by_hand_is_in_or_out_under_who_stays(clinic: Clinic) -> None:
    await two(clinic)
    picked, excluded = PickedContacts(contact_ids=("anna", "cleo")), PickedContacts(contact_ids=("cleo",))
    await ready(clinic, picked, exclude=(excluded,))
    await merge(clinic)
    await clinic.fire()
    assert set(await clinic.sent_counts()) == {ANA}
    await merge(clinic, "m2", survivor="ana", other="cleo")
    await clinic.fire()
    assert set(await clinic.sent_counts()) == {ANA}
    assert only(await why(clinic)).kind == "excluded"


@pytest.mark.parametrize("address", [ANA, BEN])
@pytest.mark.parametrize("is_undone", [False, True])
async def test_whoever_is_forgotten_after_a_merge_is_forgotten_whole(
    clinic: Clinic, address: str, is_undone: bool
) -> None:
    """The record that was merged away goes too, and nothing brings it back; parted, only one is forgotten."""
    await two(clinic)
    await merge(clinic)
    if is_undone:
        await undo_merge(clinic.runtime, "acme", "m1", STAFF)
    await forgotten(clinic, Channel("sms"), address)
    theirs = {ANA: ("212 555 0187", "P-1"), BEN: ("212 555 0188", "P-2", "Boston")}
    gone = theirs[address] if is_undone else (*theirs[ANA], *theirs[BEN])
    assert await traces(clinic, gone) == []
    stay = {"ana": BEN, "anna": ANA}
    assert set(await contacts(clinic)) == {
        "cleo",
        *(one for one in stay if is_undone and stay[one] == address),
    }
    with pytest.raises(NotFound):
        await undo_merge(clinic.runtime, "acme", "m1", STAFF)


async def test_who_gets_the_address_by_a_merge_meanwhile_is_forgotten_too(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The merge comes when all contacts have been looked through, and before the one that stays has it."""
    await two(clinic)
    looked = forgetting._PARTS[Part.CONTACTS]

    async def looked_and_merged(*args: Any) -> Any:
        page = await looked(*args)
        if page.next is None:
            await know(clinic, a_person("new", BEN, name="Zacharias"))
            await merge(clinic, survivor="cleo", other="new")
        return page

    monkeypatch.setitem(forgetting._PARTS, Part.CONTACTS, looked_and_merged)
    await forgotten(clinic, Channel("sms"), BEN)
    assert set(await contacts(clinic)) == {"ana"}
    assert await traces(clinic, ("212 555 0188", "Zacharias", "212 555 0189")) == []


async def test_what_cannot_be_merged_says_why(clinic: Clinic) -> None:
    await two(clinic)
    for survivor, other, take, error in (
        ("ana", "ana", (), InvalidInput),
        ("ana", "nobody", (), NotFound),
        ("ana", "anna", ("fields.none",), InvalidInput),
    ):
        with pytest.raises(error):
            await merge(clinic, survivor=survivor, other=other, take=take)
    preview = await preview_merge(clinic.runtime, "acme", wish())
    assert [one.field for one in preview.conflicts] == ["name", "key"]
    assert set(await contacts(clinic)) == {"ana", "anna", "cleo"}


async def test_duplicates_are_found_by_address_and_by_name_and_date(clinic: Clinic) -> None:
    born = ContactField(id="born", name="Born", kind=FieldKind.DATE, created_at=clinic.runtime.now())
    await create_contact_field(clinic.runtime, "acme", born)
    day = {"born": "1931-04-12"}
    await know(
        clinic,
        a_person("ana", ANA, name="Ana Vega", fields=day),
        a_person("anna", BEN, name="ana  vega", fields=day),
        a_person("maria", CLEO, name="Ana Vega", fields={"born": "1999-04-12"}),
        a_person("child", ANA, name="Zoe"),
    )
    by_address = await find_duplicates(clinic.runtime, "acme", DuplicateBy.ADDRESS)
    assert [{one.id for one in group.contacts} for group in by_address.groups] == [{"ana", "child"}]
    assert not by_address.groups[0].has_same_name
    by_name = await find_duplicates(clinic.runtime, "acme", DuplicateBy.NAME_AND_DATE, "born")
    assert [{one.id for one in group.contacts} for group in by_name.groups] == [{"ana", "anna"}]
    with pytest.raises(InvalidInput, match="no date field"):
        await find_duplicates(clinic.runtime, "acme", DuplicateBy.NAME_AND_DATE, "name")
