"""Campaigns for people: who is found when one fires, each once, whichever way they came in."""

from datetime import timedelta
from typing import Any

import pytest

from shared.domain.campaigns.audience import (
    Chosen,
    Everybody,
    FileRows,
    ListMembers,
    PastedAddresses,
    PeopleAudience,
    PickedContacts,
    SegmentMembers,
)
from shared.domain.channels.channel import Channel
from shared.domain.contacts.contact import Contact, ContactAddress
from shared.domain.contacts.contact_changes import Author, ChangedBy
from shared.domain.contacts.contact_list import ContactList
from shared.domain.contacts.segment import CanBeReached, Criterion, HasTag, Segment
from shared.domain.errors import InvalidInput
from shared.domain.files.row_filter import ConditionTest, RowCondition, RowFilter
from shared.domain.fires.fire import EmptyBecause, ProgressStatus
from shared.domain.job import GatherPeople, PreviewCampaign
from shared.usecases.campaigns.mark_ready import mark_ready
from shared.usecases.campaigns.save_campaign import create_campaign
from shared.usecases.campaigns.start_preview import start_preview
from shared.usecases.contacts.change_contacts import change_contacts
from shared.usecases.contacts.delete_segment import delete_segment
from shared.usecases.contacts.save_contact_list import create_contact_list
from shared.usecases.contacts.save_opt_out import save_opt_out
from shared.usecases.contacts.save_segment import create_segment
from shared.usecases.run_job import run_job
from shared.usecases.upkeep.sweep_stalled_work import sweep_stalled_work
from tests.kit.builders import NOON, a_campaign, a_template
from tests.kit.clinic import Clinic

SMS = Channel("sms")
STAFF = Author(kind=ChangedBy.API_KEY, id="test")
ANA, BEN, CLEO, DAN = "+12125550187", "+12125550188", "+12125550189", "+12125550190"


def a_person(contact_id: str, phone: str, *tags: str, **changes: Any) -> Contact:
    facts: dict[str, Any] = {
        "id": contact_id,
        "created_at": NOON,
        "changed_at": NOON,
        "name": contact_id.capitalize(),
        "tags": tags,
        "addresses": (ContactAddress(channel=SMS, address=phone, is_preferred=True),),
    }
    return Contact(**facts | changes)


async def know(clinic: Clinic, *people: Contact) -> None:
    """Have these contacts."""
    edits = {one.id: lambda _, one=one: one for one in people}
    await change_contacts(clinic.runtime, clinic.company_id, edits, STAFF)


async def segment(clinic: Clinic, criterion: Criterion) -> SegmentMembers:
    made = Segment(id="vips", name="VIPs", criterion=criterion, created_at=NOON, updated_at=NOON)
    await create_segment(clinic.runtime, clinic.company_id, made)
    return SegmentMembers(segment_id="vips")


async def ready(clinic: Clinic, *include: Chosen, exclude: tuple[Chosen, ...] = (), **changes: Any) -> None:
    """A campaign for these people, marked ready."""
    await clinic.stores.templates.save(clinic.company_id, "reminder", a_template(body="Hello {{ name }}!"))
    audience = PeopleAudience(include=include, exclude=exclude)
    await create_campaign(clinic.runtime, clinic.company_id, a_campaign(audience=audience, **changes))
    await mark_ready(clinic.runtime, clinic.company_id, "reminders")


async def test_whoever_is_in_gets_it_once_and_whoever_is_excluded_does_not(clinic: Clinic) -> None:
    await know(
        clinic,
        a_person("ana", ANA, "vip", list_ids=("spring",)),
        a_person("ben", BEN, "vip"),
        a_person("cleo", CLEO, list_ids=("spring",)),
        a_person("dan", DAN, "vip", "gone"),
        a_person("eve", "+12125550191"),
    )
    await create_contact_list(
        clinic.runtime, "acme", ContactList(id="spring", name="Spring", created_at=NOON, updated_at=NOON)
    )
    vips = await segment(clinic, HasTag(value="vip"))
    file = await clinic.load({"Patient": "Cleo", "Phone": CLEO}, {"Patient": "Finn", "Phone": "2125550192"})
    excluded = PickedContacts(contact_ids=("dan",))
    pasted = PastedAddresses(channel=SMS, addresses=("(212) 555-0187", "+1 212 555 0193"))
    await ready(
        clinic, ListMembers(list_id="spring"), vips, pasted, FileRows(file_id=file.id), exclude=(excluded,)
    )
    fire = await clinic.fire()
    report = await clinic.report(fire)
    sent = {one["handset"]: one["body"] for one in await clinic.accepted()}
    assert {phone: body for phone, body in sent.items() if phone != "+12125550193"} == {
        ANA: "Hello Ana!",
        BEN: "Hello Ben!",
        CLEO: "Hello Cleo!",
        "+12125550192": "Hello Finn!",
    }
    assert (report.ledger.planned, report.ledger.sent, report.ledger.failed) == (5, 4, 1)
    [failure] = [one for one in await clinic.failures() if one.fire_id]
    assert failure.field == "name"  # of the one that nobody knows, no name is known
    by_address = {message.address: message.contact_id for message in await clinic.messages()}
    assert by_address == {ANA: "ana", BEN: "ben", CLEO: "cleo", "+12125550192": None}


async def test_what_is_fired_again_reaches_only_whom_it_did_not_reach(clinic: Clinic) -> None:
    await know(clinic, a_person("ana", ANA))
    await ready(clinic, Everybody())
    await clinic.fire()
    await know(clinic, a_person("ben", BEN))
    again = await clinic.report(await clinic.fire())
    assert (again.ledger.planned, again.ledger.sent, again.ledger.skipped) == (2, 1, 1)
    assert sorted(one["handset"] for one in await clinic.accepted()) == [ANA, BEN]


async def test_a_segment_of_who_can_be_reached_leaves_out_who_refused(clinic: Clinic) -> None:
    await know(clinic, a_person("ana", ANA), a_person("ben", BEN))
    await save_opt_out(clinic.runtime, "acme", SMS, BEN, "STOP")
    await ready(clinic, await segment(clinic, CanBeReached(channel=SMS)))
    report = await clinic.report(await clinic.fire())
    assert (report.ledger.planned, report.ledger.sent) == (1, 1)


async def test_rows_of_a_file_by_its_filter_and_excluded_by_another(clinic: Clinic) -> None:
    await know(clinic, a_person("ana", ANA))
    file = await clinic.load(
        {"Patient": "Ana", "Phone": ANA, "Doctor": "Dr Vega"},
        {"Patient": "Ben", "Phone": BEN, "Doctor": "Dr Vega"},
        {"Patient": "Cleo", "Phone": CLEO, "Doctor": "Dr Who"},
        {"Patient": "Dan", "Phone": DAN, "Doctor": "Dr Vega"},
    )
    other = await clinic.load({"Patient": "D", "Phone": "212.555.0190"})
    condition = RowCondition(test=ConditionTest.IS, field="doctor", value="Dr Vega")
    rows = FileRows(file_id=file.id, row_filter=RowFilter(conditions=(condition,)))
    await ready(clinic, rows, Everybody(), exclude=(FileRows(file_id=other.id),))
    await clinic.fire()
    assert sorted(one["handset"] for one in await clinic.accepted()) == [ANA, BEN]


async def test_a_row_without_an_address_is_a_failure_and_not_lost(clinic: Clinic) -> None:
    file = await clinic.load({"Patient": "Ben", "Phone": BEN}, {"Patient": "Cleo", "Phone": "n/a"})
    await ready(clinic, FileRows(file_id=file.id))
    report = await clinic.report(await clinic.fire())
    assert (report.ledger.planned, report.ledger.sent, report.ledger.failed) == (2, 1, 1)


async def test_nobody_in_the_audience_is_said(clinic: Clinic) -> None:
    await ready(clinic, await segment(clinic, HasTag(value="nobody has it")))
    report = await clinic.report(await clinic.fire())
    assert report.status is ProgressStatus.EMPTY
    fire = await clinic.stores.fires.get("acme", (await clinic.campaign()).last_fire_id or "")
    assert fire.empty_because is EmptyBecause.NO_PEOPLE
    assert fire.note == "Nobody is in the audience."


async def test_a_segment_that_was_deleted_is_named_and_nothing_is_sent(clinic: Clinic) -> None:
    await know(clinic, a_person("ana", ANA, "vip"))
    await ready(clinic, await segment(clinic, HasTag(value="vip")))
    await delete_segment(clinic.runtime, "acme", "vips")
    report = await clinic.report(await clinic.fire())
    assert report.status is ProgressStatus.EMPTY
    assert await clinic.accepted() == []
    fire = await clinic.stores.fires.get("acme", (await clinic.campaign()).last_fire_id or "")
    assert "The segment vips was deleted." in fire.note


async def test_a_lost_announcement_and_a_dead_worker_are_found_by_the_sweep(clinic: Clinic) -> None:
    await know(clinic, a_person("ana", ANA))
    await ready(clinic, Everybody())
    clinic.runs_jobs = False
    await clinic.fire()
    [job] = clinic.published
    assert isinstance(job, GatherPeople)
    clinic.published = []
    clinic.runs_jobs = True
    clinic.later(timedelta(minutes=15))
    await sweep_stalled_work(clinic.runtime, clinic.runtime.now())
    assert [one["handset"] for one in await clinic.accepted()] == [ANA]
    await run_job(clinic.runtime, job)  # late, and once more
    await run_job(clinic.runtime, job)
    assert len(await clinic.accepted()) == 1


async def test_a_preview_shows_who_is_in_now(clinic: Clinic) -> None:
    await know(clinic, a_person("ana", ANA), a_person("ben", BEN))
    await save_opt_out(clinic.runtime, "acme", SMS, BEN, "STOP")
    await ready(clinic, Everybody())
    preview = await start_preview(clinic.runtime, "acme", "reminders")
    preview = await clinic.stores.previews.get("acme", preview.id)
    assert preview.counts == {"will_send": 1, "skipped": 1}
    again = PreviewCampaign(company_id="acme", campaign_id="reminders", preview_id=preview.id)
    await run_job(clinic.runtime, again)
    assert await clinic.stores.previews.get("acme", preview.id) == preview


async def test_what_an_audience_names_must_be_there(clinic: Clinic) -> None:
    audience = PeopleAudience(
        include=(
            ListMembers(list_id="none"),
            SegmentMembers(segment_id="none"),
            PickedContacts(contact_ids=("none",)),
        ),
        exclude=(FileRows(file_id="none"),),
    )
    with pytest.raises(InvalidInput) as raised:
        await create_campaign(clinic.runtime, "acme", a_campaign(audience=audience))
    assert {one.field for one in raised.value.problems} == {
        "audience.include[0].list_id",
        "audience.include[1].segment_id",
        "audience.include[2].contact_ids[0]",
        "audience.exclude[0].file_id",
    }
    pasted = PeopleAudience(include=(PastedAddresses(channel=SMS, addresses=(ANA, "n/a")),))
    with pytest.raises(InvalidInput) as raised:
        await create_campaign(clinic.runtime, "acme", a_campaign(audience=pasted))
    assert [one.field for one in raised.value.problems] == ["audience.include[0].addresses[1]"]
