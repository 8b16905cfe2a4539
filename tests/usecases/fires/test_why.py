"""Why a person did not get it, on the emulators: what is said is what happened."""

from datetime import timedelta
from typing import Any

import pytest

from shared.domain.campaigns.audience import (
    Chosen,
    Everybody,
    FileRows,
    ListMembers,
    PastedAddresses,
    PickedContacts,
)
from shared.domain.contacts.contact import Contact
from shared.domain.contacts.contact_list import ContactList
from shared.domain.contacts.segment import AllOf, CanBeReached, HasTag, Not
from shared.domain.errors import NotFound
from shared.domain.files.row_filter import ConditionTest, RowCondition, RowFilter
from shared.domain.fires.explanation import Explanation, Stage, Verdict
from shared.domain.record import replace
from shared.usecases.campaigns.cancel_campaign import cancel_campaign
from shared.usecases.contacts.change_contacts import change_contacts
from shared.usecases.contacts.delete_segment import delete_segment
from shared.usecases.contacts.save_contact_list import create_contact_list
from shared.usecases.contacts.save_opt_out import end_opt_out, save_opt_out
from shared.usecases.contacts.save_segment import edit_segment
from shared.usecases.fires.explain_person import WhyNot, explain_person
from shared.usecases.run_job import run_job
from shared.views.one_person import find_person, get_person
from tests.kit.builders import NOON, a_campaign, a_source, an_sms_sender
from tests.kit.clinic import ABSENT, Clinic
from tests.usecases.fires.test_people import ANA, BEN, CLEO, SMS, STAFF, a_person, know, ready, segment

DR_VEGA = RowFilter(conditions=(RowCondition(test=ConditionTest.IS, field="doctor", value="Dr Vega"),))


async def why(clinic: Clinic, contact_id: str = "ana", **options: Any) -> WhyNot:
    person = await get_person(clinic.runtime, clinic.company_id, contact_id)
    return await explain_person(clinic.runtime, clinic.company_id, person, "reminders", **options)


async def why_at(clinic: Clinic, address: str) -> WhyNot:
    person = await find_person(clinic.runtime, clinic.company_id, address)
    return await explain_person(clinic.runtime, clinic.company_id, person, "reminders")


def only(found: WhyNot) -> Explanation:
    """The one explanation there is."""
    [explanation] = found.explanations
    return explanation


def fact(found: WhyNot) -> tuple[Verdict, Stage, str]:
    one = only(found)
    return one.verdict, one.stage, one.kind


async def become(clinic: Clinic, contact_id: str, **changes: Any) -> None:
    """Change a contact."""

    def edit(contact: Contact | None) -> Contact | None:
        return contact and replace(contact, **changes)

    await change_contacts(clinic.runtime, clinic.company_id, {contact_id: edit}, STAFF)


async def test_who_got_it_is_told_when(clinic: Clinic) -> None:
    await know(clinic, a_person("ana", ANA))
    await ready(clinic, Everybody())
    fire = await clinic.fire()
    found = await why(clinic)
    assert (found.fire_id, found.contact_id, found.campaign_name) == (fire.id, "ana", "Reminders")
    assert only(found).verdict in (Verdict.SENT, Verdict.GOT_IT)
    assert only(found).words.startswith("It was sent on ")
    by_address = await why_at(clinic, "(212) 555-0187")
    assert (by_address.contact_id, only(by_address).message_id) == ("ana", only(found).message_id)


async def test_what_was_skipped_and_what_failed_says_why(clinic: Clinic) -> None:
    await know(
        clinic, a_person("ana", ANA), a_person("ben", BEN, name=""), a_person("cleo", "", addresses=())
    )
    await save_opt_out(clinic.runtime, "acme", SMS, ANA, "STOP")
    await ready(clinic, Everybody())
    await clinic.fire()
    assert fact(await why(clinic)) == (Verdict.NOT_SENT, Stage.QUEUE, "opted_out")
    assert "by somebody of the company: 'STOP'." in only(await why(clinic)).words
    assert fact(await why(clinic, "ben")) == (Verdict.NOT_SENT, Stage.PREPARING, "render")
    assert "needs the field 'name'" in only(await why(clinic, "ben")).words
    assert fact(await why(clinic, "cleo")) == (Verdict.NOT_SENT, Stage.PREPARING, "address")
    await clinic.fire()
    assert fact(await why(clinic)) == (Verdict.NOT_SENT, Stage.QUEUE, "opted_out")


async def test_who_had_it_before_is_told_of_that(clinic: Clinic) -> None:
    await know(clinic, a_person("ana", ANA))
    await ready(clinic, Everybody())
    first = await clinic.fire()
    await clinic.fire()
    found = await why(clinic)
    assert fact(found) == (Verdict.NOT_SENT, Stage.QUEUE, "already_sent")
    assert "by the campaign 'Reminders'" in only(found).words
    assert only(found).duplicate_of == only(await why(clinic, fire_id=first.id)).message_id


async def test_the_failed_criterion_of_a_segment_is_named(clinic: Clinic) -> None:
    await know(clinic, a_person("ana", ANA, "vip", "moved"), a_person("ben", BEN, "vip"))
    await create_contact_list(
        clinic.runtime, "acme", ContactList(id="l1", name="Spring", created_at=NOON, updated_at=NOON)
    )
    wanted = AllOf(criteria=(HasTag(value="vip"), Not(criterion=HasTag(value="moved"))))
    vips = await segment(clinic, wanted)
    pasted = PastedAddresses(channel=SMS, addresses=(CLEO,))
    await ready(clinic, ListMembers(list_id="l1"), vips, PickedContacts(contact_ids=("ben",)), pasted)
    await clinic.fire()
    found = await why(clinic)
    assert fact(found) == (Verdict.NOT_SENT, Stage.AUDIENCE, "not_included")
    assert only(found).words == (
        "The person was not on the list 'Spring'. "
        "The person was not in the segment 'VIPs': it wants whoever not (has the tag 'moved'). "
        "The person was not among the contacts picked by hand. "
        "None of the person's addresses is among the pasted ones."
    )
    assert found.notes == ()


@pytest.mark.parametrize("kind", ["list", "segment", "contacts", "addresses", "file_rows"])
async def test_what_keeps_a_person_out_is_named(clinic: Clinic, kind: str) -> None:
    await know(clinic, a_person("ana", ANA, "gone", list_ids=("l1",)), a_person("ben", BEN))
    await create_contact_list(
        clinic.runtime, "acme", ContactList(id="l1", name="Gone", created_at=NOON, updated_at=NOON)
    )
    file = await clinic.load({"Patient": "Ana"})
    ways: dict[str, Chosen] = {
        "list": ListMembers(list_id="l1"),
        "segment": await segment(clinic, HasTag(value="gone")),
        "contacts": PickedContacts(contact_ids=("ana",)),
        "addresses": PastedAddresses(channel=SMS, addresses=(ANA,)),
        "file_rows": FileRows(file_id=file.id),
    }
    await ready(clinic, Everybody(), exclude=(ways[kind],))
    await clinic.fire()
    found = await why(clinic)
    assert fact(found) == (Verdict.NOT_SENT, Stage.AUDIENCE, "excluded")
    named = {
        "list": "the list 'Gone', and the person was on that",
        "segment": "the segment 'VIPs', and the person was in it: it has whoever has the tag 'gone'",
        "contacts": "the contacts picked by hand",
        "addresses": "the pasted addresses",
        "file_rows": "the file 'day.csv'",
    }[kind]
    assert named in only(found).words
    assert only(await why(clinic, "ben")).verdict in (Verdict.SENT, Verdict.GOT_IT)


async def test_the_contact_is_judged_as_it_was_and_what_changed_since_is_said(clinic: Clinic) -> None:
    clock = clinic.stop_clock(NOON)
    await know(clinic, a_person("ana", ANA))
    await ready(clinic, await segment(clinic, HasTag(value="vip")))
    await clinic.fire()
    clock.at += timedelta(hours=1)
    await become(clinic, "ana", tags=("vip",))
    await know(clinic, a_person("ben", BEN, "vip", created_at=clock()))
    await edit_segment(clinic.runtime, "acme", "vips", {"name": "Very important"})
    found = await why(clinic)
    assert only(found).words == (
        "The person was not in the segment 'Very important': it wants whoever has the tag 'vip'."
    )
    changed, judged = sorted(found.notes, reverse=True)
    assert changed.startswith("The segment 'Very important' was changed after the fire, on 2026-11-23")
    assert "It is judged as it was then, on 2026-11-23 at 12:00" in judged
    assert fact(await why(clinic, "ben"))[2] == "no_contact_then"


async def test_consent_is_judged_as_it_was(clinic: Clinic) -> None:
    clock = clinic.stop_clock(NOON)
    await know(clinic, a_person("ana", ANA), a_person("ben", BEN))
    await save_opt_out(clinic.runtime, "acme", SMS, ANA, "STOP")
    await ready(clinic, await segment(clinic, CanBeReached(channel=SMS)))
    await clinic.fire()
    clock.at += timedelta(hours=1)
    [refusal] = (await clinic.stores.opt_outs.page("acme", limit=5)).items
    await end_opt_out(clinic.runtime, "acme", refusal.id, "asked us to")
    assert "wants whoever can be reached on sms" in only(await why(clinic)).words


async def test_who_was_deleted_since_and_a_segment_that_is_gone(clinic: Clinic) -> None:
    await know(clinic, a_person("ana", ANA))
    vips = await segment(clinic, HasTag(value="vip"))
    await ready(clinic, vips)
    await clinic.fire()
    await change_contacts(clinic.runtime, "acme", {"ana": lambda _: None}, STAFF)
    assert fact(await why(clinic))[2] == "not_included"
    await delete_segment(clinic.runtime, "acme", "vips")
    found = await why(clinic)
    assert "The segment vips was deleted: who was in it is not known any more." in found.notes
    await clinic.fire()
    assert fact(await why(clinic)) == (Verdict.NOT_SENT, Stage.AUDIENCE, "segment_gone")
    with pytest.raises(NotFound):
        await why(clinic, "nobody")


async def test_whom_the_row_filter_does_not_take(clinic: Clinic) -> None:
    await know(clinic, a_person("ana", ANA, language="es"))
    english = RowFilter(conditions=(RowCondition(test=ConditionTest.IS, field="language", value="en"),))
    await ready(clinic, Everybody(), row_filter=english)
    await clinic.fire()
    found = await why(clinic)
    assert fact(found) == (Verdict.NOT_SENT, Stage.ROW_FILTER, "filtered_out")
    assert only(found).words == (
        "The campaign's row filter takes rows of which language is 'en'. This one has language 'es'."
    )


async def test_who_is_only_in_a_file_is_found_by_address(clinic: Clinic) -> None:
    await clinic.load(
        {"Patient": "Ana"},
        {"Patient": "Ana again"},
        {"Patient": "Ben", "Phone": BEN, "Doctor": "Dr Who"},
    )
    await clinic.ready(row_filter=DR_VEGA, dedupe_key=("address",))
    await clinic.fire()
    both = (await why_at(clinic, "212.555.0187")).explanations
    assert sorted(one.kind for one in both if one.verdict is Verdict.NOT_SENT) == ["duplicate"]
    assert len(both) == 2
    filtered = await why_at(clinic, BEN)
    assert fact(filtered) == (Verdict.NOT_SENT, Stage.ROW_FILTER, "filtered_out")
    assert "This one has doctor 'Dr Who'." in only(filtered).words
    absent = await why_at(clinic, CLEO)
    assert fact(absent) == (Verdict.NOT_SENT, Stage.AUDIENCE, "not_in_files")
    assert "'day.csv'" in only(absent).words


async def test_a_row_that_was_rejected_when_its_file_was_loaded(clinic: Clinic) -> None:
    await clinic.stores.sources.save("acme", "appointments", a_source())
    await clinic.load({"Patient": "Ana", "When": "no time"}, {"Patient": "Ben", "Phone": BEN})
    await clinic.ready()
    await clinic.fire()
    found = await why_at(clinic, ANA)
    assert fact(found) == (Verdict.NOT_SENT, Stage.PREPARING, "ingest")
    assert "column 'When'" in only(found).words


async def test_what_has_not_fired_or_is_held_says_so(clinic: Clinic) -> None:
    await know(clinic, a_person("ana", ANA))
    await ready(clinic, Everybody())
    assert fact(await why(clinic)) == (Verdict.WAITING, Stage.CAMPAIGN, "not_fired")
    assert "waits for somebody to fire it" in only(await why(clinic)).words
    clinic.runs_jobs = False
    await clinic.fire()
    assert fact(await why(clinic)) == (Verdict.WAITING, Stage.AUDIENCE, "gathering")
    [gather] = clinic.published
    clinic.published = []
    await run_job(clinic.runtime, gather)
    assert fact(await why(clinic)) == (Verdict.WAITING, Stage.PREPARING, "not_planned_yet")
    await clinic.run_published()
    paused = an_sms_sender(is_paused=True, paused_reason="It is suspended.")
    await clinic.stores.senders.save("acme", paused.id, paused)
    assert fact(await why(clinic)) == (Verdict.WAITING, Stage.QUEUE, "queued")
    assert "The sender +12125550100 is paused: It is suspended." in only(await why(clinic)).words
    await cancel_campaign(clinic.runtime, "acme", "reminders")
    clinic.runs_jobs = True
    await clinic.run_published()
    assert fact(await why(clinic)) == (Verdict.NOT_SENT, Stage.QUEUE, "canceled")


async def test_an_outcome_that_nobody_knows(clinic: Clinic) -> None:
    await know(clinic, a_person("ana", "+12125550005"))
    assert ABSENT.replace(" ", "") == "+12125550005"
    await ready(clinic, Everybody())
    await clinic.fire()
    assert fact(await why(clinic)) == (Verdict.UNKNOWN, Stage.SENDING, "unknown")


async def test_who_shares_an_address_is_told_apart(clinic: Clinic) -> None:
    await know(clinic, a_person("ana", ANA), a_person("ben", ANA))
    await ready(clinic, PickedContacts(contact_ids=("ben",)))
    await clinic.fire()
    found = await why(clinic)
    assert fact(found) == (Verdict.NOT_SENT, Stage.AUDIENCE, "not_included")
    assert found.notes == ("An address is shared with Ben: what was for them is not told here.",)
    assert only(await why(clinic, "ben")).verdict in (Verdict.SENT, Verdict.GOT_IT)
    of_both = await why_at(clinic, ANA)
    assert of_both.contact_id is None
    assert of_both.notes[0].startswith("Several contacts have this address: ")
    assert only(of_both).message_id == only(await why(clinic, "ben")).message_id


async def test_a_fire_of_another_campaign_is_not_this_ones(clinic: Clinic) -> None:
    await know(clinic, a_person("ana", ANA))
    await ready(clinic, Everybody())
    await clinic.fire()
    await clinic.save(a_campaign(id="bills"))
    fire = (await clinic.stores.fires.page("acme", limit=1)).items[0]
    ana = await get_person(clinic.runtime, "acme", "ana")
    with pytest.raises(NotFound):
        await explain_person(clinic.runtime, "acme", ana, "bills", fire.id)
    found = await explain_person(clinic.runtime, "acme", ana, "bills")
    assert (found.fire_id, only(found).kind) == (None, "not_fired")
