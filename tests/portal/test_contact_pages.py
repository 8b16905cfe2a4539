"""The pages of contacts: finding them, changing many, one person's page, lists, segments, refusals."""

import re
from typing import Any

import pytest
import pytest_asyncio

from shared.domain.channels.channel import Channel
from shared.domain.companies.user import Role
from shared.domain.contacts.contact import Contact
from shared.domain.contacts.contact_changes import Author, ChangedBy
from shared.domain.contacts.contact_edit import AddressEdit, ContactEdit
from shared.domain.record import replace
from shared.usecases.contacts.change_contacts import Edit, change_contacts
from shared.usecases.contacts.save_contact import create_contact
from shared.views.contacts import get_contact
from shared.views.kit.paging import PageAsked
from shared.views.opt_outs import list_opt_outs
from tests.kit.api.office import OURS, THEIRS, Office
from tests.kit.builders import NOON, a_campaign, a_contact, an_opt_out
from tests.kit.portal.visitor import Visitor
from tests.portal.conftest import SignedIn

CONTACT = f"/contacts/contact-{OURS}"
TEST = Author(ChangedBy.SYSTEM, "a test")


async def _person(office: Office, item_id: str, name: str, phone: str, company_id: str = OURS) -> None:
    edit = ContactEdit(name=name, addresses=(AddressEdit(channel=Channel("sms"), address=phone),))
    await create_contact(office.runtime, company_id, item_id, edit, TEST)


async def _stored(office: Office, item_id: str, company_id: str = OURS) -> Contact:
    return (await get_contact(office.runtime, company_id, item_id)).contact


async def _refusing(office: Office, company_id: str = OURS) -> set[str]:
    page = await list_opt_outs(office.runtime, company_id, PageAsked(200), is_active=True)
    return {one.address for one in page.items}


@pytest_asyncio.fixture
async def editor(signed_in: SignedIn) -> Visitor:
    """An editor of ours."""
    return await signed_in(Role.EDITOR)


async def test_people_are_found_by_name_number_and_own_id(office: Office, editor: Visitor) -> None:
    await _person(office, "c-1", "Ana Gómez", "+12125550111")
    for query in ("q=gómez", "q=(212)+555-0111", "q=ana"):
        await editor.get(f"/contacts?{query}")
        assert "Ana Gómez" in editor.says, query
    await editor.get(f"/contacts?q=P-{OURS}")
    assert f"P-{OURS}" in editor.says
    await editor.get("/contacts?q=nobody+of+that+name")
    assert "Nobody is found." in editor.says
    await editor.get(f"/contacts?q=P-{THEIRS}")
    assert "Nobody is found." in editor.says


async def test_people_come_page_by_page(office: Office, editor: Visitor) -> None:
    for number in range(30):
        await _person(office, f"c-{number}", f"Person {number}", f"+121255502{number:02}")
    await editor.get("/contacts")
    assert editor.page.text.count('name="contact_id"') == 25
    following = re.search(r'rel="next" href="([^"]+)"', editor.page.text)
    assert following is not None
    await editor.get(following[1].replace("&amp;", "&"))
    assert editor.page.text.count('name="contact_id"') == 6


@pytest.mark.parametrize("whom", ["ticked", "found"])
async def test_many_get_a_tag_after_it_was_said_how_many(office: Office, editor: Visitor, whom: str) -> None:
    for number in range(3):
        await _person(office, f"c-{number}", f"Person {number}", f"+1212555020{number}")
    fields: dict[str, Any] = {"deed": "add_tag", "new_tag": " New  Patients ", "whom": whom, "q": "Person"}
    if whom == "ticked":
        fields["contact_id"] = ["c-0", "c-1", "c-2"]
    await editor.post("/contacts/bulk", fields, seen="/contacts")
    assert "Do it for 3 people" in editor.says
    assert (await _stored(office, "c-0")).tags == ()
    await editor.post("/contacts/bulk/do", fields)
    assert editor.page.headers["location"] == "/contacts?q=Person"
    assert [(await _stored(office, f"c-{number}")).tags for number in range(3)] == [("new patients",)] * 3
    assert "new patients" not in (await _stored(office, f"contact-{OURS}")).tags


async def test_many_come_onto_a_list_and_none_onto_another_companys(office: Office, editor: Visitor) -> None:
    await _person(office, "c-1", "Ana", "+12125550111")
    fields = {"deed": "add_list", "new_list": f"list-{OURS}", "contact_id": "c-1", "whom": "ticked"}
    await editor.post("/contacts/bulk/do", fields, seen="/contacts")
    assert (await _stored(office, "c-1")).list_ids == (f"list-{OURS}",)
    fields |= {"new_list": f"list-{THEIRS}", "contact_id": f"contact-{OURS}"}
    await editor.post("/contacts/bulk/do", fields, seen="/contacts")
    assert f"list-{THEIRS}" not in (await _stored(office, f"contact-{OURS}")).list_ids
    fields |= {"deed": "unsubscribe", "contact_id": f"contact-{THEIRS}"}
    await editor.post("/contacts/bulk/do", fields, seen="/contacts")
    assert await _refusing(office, THEIRS) == {"+12125550188"}  # as it was


async def test_many_refuse_at_all_their_addresses(office: Office, editor: Visitor) -> None:
    await _person(office, "c-1", "Zora", "+12125550111")
    await _person(office, "c-2", "Bo", "+12125550112")
    fields = {"deed": "unsubscribe", "q": "zor", "whom": "found", "note": "By phone"}
    await editor.post("/contacts/bulk", fields, seen="/contacts")
    assert "Do it for 1 person" in editor.says
    await editor.post("/contacts/bulk/do", fields)
    found = await _refusing(office)
    assert "+12125550111" in found
    assert "+12125550112" not in found


async def test_nobody_chosen_is_said(editor: Visitor) -> None:
    await editor.post("/contacts/bulk", {"deed": "unsubscribe", "whom": "ticked"}, seen="/contacts")
    await editor.get("/contacts")
    assert "Nobody is chosen" in editor.says


async def test_a_person_is_made_changed_and_deleted(office: Office, editor: Visitor) -> None:
    fields = {
        "id": "made", "name": "Cleo", "channel.0": "sms", "address.0": "(212) 555-0133",
        "tags": "vip, New", "list_ids": f"list-{OURS}", f"fields.field-{OURS}": "",
    }  # fmt: skip
    await editor.post("/contacts", fields, seen="/contacts/new")
    assert editor.page.headers["location"] == "/contacts/made"
    stored = await _stored(office, "made")
    assert (stored.name, stored.tags, [one.address for one in stored.addresses]) == (
        "Cleo", ("new", "vip"), ["+12125550133"],
    )  # fmt: skip
    await editor.get("/contacts/made/edit")
    assert 'value="+12125550133"' in editor.page.text
    await editor.post(
        "/contacts/made/edit", {**fields, "name": "Cleo B.", "version": str(stored.version), "tags": ""}
    )
    assert (await _stored(office, "made")).tags == ()
    await editor.post(
        "/contacts/made/edit", {**fields, "version": str(stored.version)}, seen="/contacts/made/edit"
    )
    assert editor.page.status_code == 422  # somebody else changed it meanwhile
    assert "read it again" in editor.says
    await editor.post("/contacts/made/delete", seen="/contacts/made/delete")
    assert (await editor.get("/contacts/made")).status_code == 404


async def test_what_is_wrong_with_a_person_is_said_at_its_field(office: Office, editor: Visitor) -> None:
    fields = {"id": "made", "name": "Cleo", "channel.0": "sms", "address.0": "call first"}
    await editor.post("/contacts", fields, seen="/contacts/new")
    assert editor.page.status_code == 422
    assert 'value="call first"' in editor.page.text
    assert "addresses[0].address-problem" in editor.page.text
    assert (await editor.get("/contacts/made")).status_code == 404


async def test_a_refusal_is_noted_and_ended_at_the_person(office: Office, editor: Visitor) -> None:
    await _person(office, "c-1", "Ana", "+12125550111")
    where = {"address": "sms +12125550111"}
    await editor.post("/contacts/c-1/refused", {**where, "note": "By phone"}, seen="/contacts/c-1")
    assert "+12125550111" in await _refusing(office)
    await editor.get("/contacts/c-1")
    assert "refused" in editor.says
    assert "By phone" in editor.says
    await editor.post("/contacts/c-1/agreed", where)
    assert "+12125550111" in await _refusing(office)  # nobody said how they agreed
    told = {**where, "note": "On the form"}
    await editor.post("/contacts/c-1/agreed", told, seen="/contacts/c-1")
    await editor.get("/contacts/c-1")
    assert "They have refused meanwhile" in editor.says  # the page that was looked at showed no refusal
    assert "+12125550111" in await _refusing(office)
    [refusal] = (await get_contact(office.runtime, OURS, "c-1")).standings
    assert refusal.at is not None
    shown = re.search('name="since" value="(.+)"', (await editor.get("/contacts/c-1")).text)
    assert shown is not None
    assert shown[1] == refusal.at.isoformat()
    await editor.post("/contacts/c-1/agreed", {**told, "since": shown[1]}, seen="/contacts/c-1")
    assert "+12125550111" not in await _refusing(office)
    [standing] = (await get_contact(office.runtime, OURS, "c-1")).standings
    assert (standing.consent, standing.note) == ("subscribed", "On the form")


async def test_a_persons_page_tells_what_happened_and_why(office: Office, editor: Visitor) -> None:
    message = replace(
        await office.stores.messages.get(OURS, f"message-{OURS}"),
        contact_id=f"contact-{OURS}",
        created_at=NOON,
    )
    await office.stores.messages.save(OURS, message.id, message)
    await editor.get(CONTACT)
    assert "came in" in editor.says.lower()
    assert message.body in editor.says
    await editor.get(f"{CONTACT}?kind=message")
    assert "came in" not in editor.says.lower()
    await office.stores.campaigns.save(OURS, "not-fired", a_campaign(id="not-fired"))
    await editor.get(f"{CONTACT}?campaign_id=not-fired")
    assert 'class="explained"' in editor.page.text
    await editor.get(f"{CONTACT}?campaign_id=campaign-{THEIRS}")
    assert editor.page.status_code == 422


async def test_a_list_is_made_named_anew_and_deleted(office: Office, editor: Visitor) -> None:
    await editor.post("/lists", {"id": "new-list", "name": "Newsletter"}, seen="/lists")
    changes: dict[str, Edit] = {
        f"contact-{OURS}": lambda one: one and replace(one, list_ids=("new-list",)),
        "c-1": lambda _: a_contact(id="c-1", list_ids=("newer-list",), tags=("new-list",)),
    }
    await change_contacts(office.runtime, OURS, changes, TEST)
    await editor.get("/lists/new-list")
    assert "1 of 2 contacts are on it" in editor.says
    assert f"/contacts/contact-{OURS}" in editor.page.text
    assert "/contacts/c-1" not in editor.page.text
    await editor.post("/lists/new-list", {"name": "News"})
    await editor.post("/lists", {"id": "new-list-2", "name": " "}, seen="/lists")
    assert editor.page.status_code == 422
    await editor.get("/lists/new-list/delete")
    assert "1 person leaves it" in editor.says
    await editor.post("/lists/new-list/delete")
    assert (await _stored(office, f"contact-{OURS}")).list_ids == ()


VIP = {"match": "all", "g0.match": "all", "g0.not": "", "c0.0.kind": "tag", "c0.0.tag": "vip", "c0.0.not": ""}


async def test_a_segment_is_counted_while_it_is_built_and_stored(office: Office, editor: Visitor) -> None:
    await change_contacts(
        office.runtime, OURS, {f"contact-{OURS}": lambda one: one and replace(one, tags=("vip",))}, TEST
    )
    await editor.post("/segments/count", VIP, seen="/segments/new")
    assert "1 of 1 contacts" in editor.says
    await editor.post("/segments/count", {**VIP, "c0.0.not": "not"}, seen="/segments/new")
    assert "0 of 1 contacts" in editor.says
    await editor.post("/segments", {**VIP, "id": "s-1", "name": "Very important"}, seen="/segments/new")
    assert editor.page.headers["location"] == "/segments/s-1"
    await editor.get("/segments/s-1")
    assert "1 of 1 contacts" in editor.says
    await editor.get("/segments")
    assert "has the tag 'vip'" in editor.says


async def test_a_builder_without_scripts_is_the_page_again(editor: Visitor) -> None:
    await editor.post("/segments/build", {**VIP, "name": "Mine", "do": "add:0"}, seen="/segments/new")
    assert editor.page.text.count('.kind"') == 2
    assert 'value="Mine"' in editor.page.text
    await editor.post("/segments/build", {**VIP, "c0.0.kind": "list"}, seen="/segments/new")
    assert 'name="c0.0.list_id"' in editor.page.text


async def test_what_is_wrong_with_criteria_is_said_at_the_condition(editor: Visitor) -> None:
    wrong = {"c0.0.kind": "list", "c0.0.list_id": f"list-{THEIRS}", "name": "Theirs", "id": "s-1"}
    await editor.post("/segments", {**VIP, **wrong}, seen="/segments/new")
    assert editor.page.status_code == 422
    assert 'id="c0.0-problem"' in editor.page.text
    await editor.post("/segments", {**VIP, "c0.0.kind": "consent", "name": "X", "id": "s-1"})
    assert editor.page.status_code == 422  # a form that no browser sends
    assert (await editor.get("/segments/s-1")).status_code == 404


async def test_a_refusal_is_noted_looked_up_and_ended(office: Office, editor: Visitor) -> None:
    fields = {"channel": "sms", "new_address": "(212) 555-0150", "text": "On a card"}
    await editor.post("/opt-outs", fields, seen="/opt-outs")
    assert "+12125550150" in await _refusing(office)
    await editor.get("/opt-outs?address=212-555-0150")
    assert "On a card" in editor.says
    assert "a colleague or a program" in editor.says
    found = re.search(r'action="(/opt-outs/[^"]+/end)".+?name="since" value="([^"]+)"', editor.page.text)
    assert found is not None
    await editor.post(found[1], {"text": "By mail", "since": NOON.isoformat()})
    assert "+12125550150" in await _refusing(office)  # another one than the page showed
    await editor.post(found[1], {"text": "By mail", "since": found[2]}, seen="/opt-outs")
    assert "+12125550150" not in await _refusing(office)
    await editor.get("/opt-outs?address=call")
    assert editor.page.status_code == 422
    assert "of one sender alone" not in editor.says
    stop = an_opt_out("+12125550151", id="narrow", sender_id="texts")
    await office.stores.opt_outs.save(OURS, stop.id, stop)
    await editor.get("/opt-outs")
    assert "of one sender alone" in editor.says


async def test_exports_hold_the_list_that_is_asked_for(office: Office, editor: Visitor) -> None:
    await editor.get("/contacts/export.csv")
    assert f"P-{OURS}" in editor.page.text
    await editor.get(f"/contacts/export.csv?list=list-{OURS}")
    assert f"P-{OURS}" not in editor.page.text
    for where in (f"list=list-{THEIRS}", f"segment=segment-{THEIRS}"):
        assert (await editor.get(f"/contacts/export.csv?{where}")).status_code == 404
    await editor.get("/contacts/export.xlsx")
    assert editor.page.content[:2] == b"PK"
