"""A campaign for people on its form: faults beside their fields, and what the form cannot show is kept."""

from datetime import time

from shared.domain.campaigns.audience import (
    Everybody,
    FileRows,
    ListMembers,
    PastedAddresses,
    PeopleAudience,
    PickedContacts,
    SegmentMembers,
)
from shared.domain.campaigns.window import ContactWindow
from shared.domain.channels.channel import Channel
from shared.domain.companies.user import Role
from shared.domain.contacts.contact_list import ContactList
from shared.domain.contacts.segment import HasTag
from shared.domain.record import replace
from shared.usecases.campaigns.save_campaign import create_campaign
from shared.usecases.contacts.delete_segment import delete_segment
from shared.usecases.contacts.save_contact_list import create_contact_list
from tests.kit.api.office import OURS, THEIRS, Office
from tests.kit.builders import NOON, a_campaign, a_template
from tests.kit.clinic import Clinic
from tests.kit.portal.page_forms import forms_of
from tests.kit.portal.visitor import Visitor
from tests.portal.conftest import SignedIn
from tests.usecases.conftest import clinic
from tests.usecases.fires.test_people import ANA, BEN, CLEO, SMS, a_person, know, segment

__all__ = ["clinic"]
HERE = "/campaigns/reminders"
STRANGER = "+12125550193"


async def _known(clinic: Clinic) -> None:
    await know(clinic, a_person("ana", ANA, "vip"), a_person("ben", BEN), a_person("cleo", CLEO))
    spring = ContactList(id="spring", name="Spring", created_at=NOON, updated_at=NOON)
    await create_contact_list(clinic.runtime, clinic.company_id, spring)
    await segment(clinic, HasTag(value="vip"))
    await clinic.stores.templates.save(clinic.company_id, "reminder", a_template(body="Hello {{ name }}!"))


async def _draft(clinic: Clinic, audience: PeopleAudience) -> PeopleAudience:
    """A draft as programs make it."""
    window = ContactWindow(opens=time(8), time_zone_field="phone")
    made = await create_campaign(
        clinic.runtime, clinic.company_id, a_campaign(audience=audience, window=window)
    )
    assert isinstance(made.audience, PeopleAudience)
    return made.audience


async def _filled(person: Visitor, path: str, action: str) -> dict[str, list[str]]:
    """The form, as a browser would send it."""
    page = (await person.get(path)).text
    [form] = [one for one in forms_of(page, path) if one.action == action]
    names = dict.fromkeys(name for name, _ in form.fields)
    return {name: [value for known, value in form.fields if known == name] for name in names}


async def test_what_a_program_made_is_the_same_after_it_was_saved_on_the_form(
    clinic: Clinic, approver: Visitor
) -> None:
    await _known(clinic)
    file = await clinic.load({"Phone": "+12125550199"})
    pasted = PastedAddresses(channel=Channel("whatsapp"), addresses=(STRANGER, BEN))
    include = (
        PickedContacts(contact_ids=("ana", "ben")),
        SegmentMembers(segment_id="vips"),
        pasted,
        FileRows(file_id=file.id),
        ListMembers(list_id="spring"),
        Everybody(),
    )
    exclude = (FileRows(file_id=file.id), Everybody(), ListMembers(list_id="spring"))
    await _draft(clinic, PeopleAudience(include=include, exclude=exclude))
    before = await clinic.stores.campaigns.get(clinic.company_id, "reminders")
    typed = await _filled(approver, f"{HERE}/edit", HERE)
    assert "2 people picked one by one, the rows of day.csv. They stay." in approver.says
    answer = await approver.post(HERE, typed | {"name": ["Renamed"]})
    assert answer.status_code == 303, approver.says
    after = await clinic.stores.campaigns.get(clinic.company_id, "reminders")
    assert after == replace(before, name="Renamed", updated_at=after.updated_at)
    await approver.get(HERE)
    said = approver.says
    assert "2 people picked one by one, the segment VIPs, the rows of day.csv, the list Spring" in said

    del typed["include_everybody"], typed["include_lists"]
    pasted_now = {"include_addresses": [f"{CLEO}\n(212) 555-0188"], "exclude_addresses": ["ana@example.org"]}
    answer = await approver.post(HERE, typed | pasted_now)
    assert answer.status_code == 303, approver.says
    changed = (await clinic.stores.campaigns.get(clinic.company_id, "reminders")).audience
    assert isinstance(changed, PeopleAudience)
    new = PastedAddresses(channel=SMS, addresses=(CLEO, BEN))
    assert changed.include == (*include[:2], include[3], new)
    mail = PastedAddresses(channel=Channel("email"), addresses=("ana@example.org",))
    assert changed.exclude == (*exclude, mail)


async def test_faults_stand_beside_their_fields(clinic: Clinic, approver: Visitor) -> None:
    await _known(clinic)
    typed = await _filled(approver, "/campaigns/new?segment=vips", "/campaigns")
    assert typed["include_segments"] == ["vips"]
    typed |= {"name": ["Hello"], "body": ["Hello {{ name }}!"]}
    nobody = {name: value for name, value in typed.items() if name != "include_segments"}
    refused = await approver.post("/campaigns", nobody)
    assert refused.status_code == 422
    assert "Choose a list or a segment, or paste addresses" in approver.says

    wrong = {"include_addresses": ["(212) 555-0187\n212-555-01\nana@"]}
    refused = await approver.post("/campaigns", typed | wrong)
    assert refused.status_code == 422
    assert "Line 2, '212-555-01'" in approver.says
    assert "line 3, 'ana@'" in approver.says
    assert "212-555-01\nana@</textarea>" in refused.text

    refused = await approver.post("/campaigns", typed | {"include_lists": ["a/b"], "exclude_lists": ["gone"]})
    assert refused.status_code == 422
    assert "is no choice of this form" in approver.says.lower()
    refused = await approver.post("/campaigns", typed | {"exclude_lists": ["gone"]})
    assert refused.status_code == 422
    assert "there is no such list" in approver.says.lower()
    assert "gone (not there any more)" in approver.says

    saved = await approver.post("/campaigns", typed)
    assert saved.status_code == 303, approver.says
    [made] = (await clinic.stores.campaigns.page(clinic.company_id, limit=2)).items
    assert made.audience == PeopleAudience(include=(SegmentMembers(segment_id="vips"),))
    assert (made.steps[0].address_field, made.window.time_zone_field) == ("phone", "time_zone")
    assert (made.reply_options, made.expires_field) == ((), None)


async def test_how_many_it_is_stands_there_before_it_is_saved(clinic: Clinic, approver: Visitor) -> None:
    await _known(clinic)
    typed = await _filled(approver, "/campaigns/new?segment=vips", "/campaigns")
    typed |= {"include_addresses": [f"{STRANGER}\n{ANA}\n{CLEO}"], "exclude_addresses": [CLEO]}
    here = "/campaigns/audience/count"
    await approver.post(here, typed)
    assert "2 people get it, as things are now; 1 is left out." in approver.says
    await approver.post(here, typed | {"include_addresses": ["call first"]}, seen="/campaigns/new?for=people")
    assert "Line 1, 'call first'" in approver.says
    await delete_segment(clinic.runtime, clinic.company_id, "vips")
    await approver.post(here, typed, seen="/campaigns/new?for=people")
    assert "The segment vips was deleted." in approver.says


async def test_without_lists_and_segments_it_says_how_to_make_one(clinic: Clinic, approver: Visitor) -> None:
    page = (await approver.get("/campaigns/new?for=people")).text
    assert 'href="/segments/new"' in page
    assert 'href="/lists"' in page
    assert "There is no list yet" in approver.says


async def test_another_companys_list_and_segment_are_not_there(office: Office, signed_in: SignedIn) -> None:
    assert await office.stores.contact_lists.find(OURS, f"list-{OURS}") is not None
    person = await signed_in(Role.ADMIN, THEIRS)
    for asked in (f"list=list-{OURS}", f"segment=segment-{OURS}", "list=a%2Fb"):
        assert (await person.get(f"/campaigns/new?{asked}")).status_code == 404
    fields = {"has_people": "1", "campaign_id": f"campaign-{OURS}", "include_everybody": "on"}
    answer = await person.post("/campaigns/audience/count", fields, seen="/campaigns/new?for=people")
    assert answer.status_code == 404
