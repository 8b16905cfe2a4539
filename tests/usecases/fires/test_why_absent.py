"""Why is right for everybody of whom a fire has nothing: each way is brought about, then asked for.

A new one that has no case here fails.
"""

from collections.abc import Mapping
from datetime import timedelta

import pytest

from shared.domain.campaigns.audience import Everybody, ListMembers, PickedContacts
from shared.domain.campaigns.step import DelayMeasure
from shared.domain.contacts.contact_list import ContactList
from shared.domain.contacts.segment import HasTag
from shared.domain.files.row_filter import ConditionTest, RowCondition, RowFilter
from shared.domain.fires.explanation import Absence, Stage, Verdict
from shared.domain.job import GatherPeople
from shared.usecases.campaigns.cancel_campaign import cancel_campaign
from shared.usecases.contacts.delete_segment import delete_segment
from shared.usecases.contacts.save_contact_list import create_contact_list
from shared.usecases.fires.explain_person import WhyNot
from shared.usecases.fires.fire_due_campaigns import fire_due_campaigns
from shared.usecases.run_job import run_job
from tests.kit.builders import a_step
from tests.kit.clinic import Clinic, people
from tests.usecases.campaigns.test_campaign_life import DAILY
from tests.usecases.fires.ladders import HOUR, NOON, after, fired
from tests.usecases.fires.reasons import (
    FIRST,
    Case,
    forgotten_while_it_waited,
    of_kind,
    row,
    says,
)
from tests.usecases.fires.test_people import ANA, BEN, a_person, know, ready, segment
from tests.usecases.fires.test_why import become, why, why_at


async def not_fired(clinic: Clinic) -> WhyNot:
    await know(clinic, a_person("ana", ANA))
    await ready(clinic, Everybody())
    return await why(clinic)


async def no_more_kept(clinic: Clinic) -> WhyNot:
    clock = clinic.stop_clock(NOON)
    await know(clinic, a_person("ana", ANA), a_person("ben", BEN))
    await ready(clinic, PickedContacts(contact_ids=("ben",)))
    await clinic.fire()
    clock.at += timedelta(days=clinic.runtime.settings.retention_days)
    return await why(clinic)


async def gathering(clinic: Clinic) -> WhyNot:
    await know(clinic, a_person("ana", ANA))
    await ready(clinic, Everybody())
    clinic.runs_jobs = False
    await clinic.fire()
    return await why(clinic)


async def gathered(clinic: Clinic) -> WhyNot:
    await gathering(clinic)
    [job] = clinic.published
    assert isinstance(job, GatherPeople)
    await run_job(clinic.runtime, job)
    return await why(clinic)


async def canceled_before(clinic: Clinic) -> WhyNot:
    await gathering(clinic)
    await cancel_campaign(clinic.runtime, "acme", "reminders")
    await clinic.run_published()
    return await why(clinic)


async def no_recipients(clinic: Clinic) -> WhyNot:
    clock = clinic.stop_clock(NOON)
    await clinic.ready(schedule=DAILY)
    clock.at += timedelta(days=1)
    await fire_due_campaigns(clinic.runtime, clock.at)
    return await why_at(clinic, ANA)


async def no_contact_then(clinic: Clinic) -> WhyNot:
    clock = clinic.stop_clock(NOON)
    await know(clinic, a_person("ben", BEN))
    await ready(clinic, Everybody())
    await clinic.fire()
    clock.at += timedelta(hours=1)
    await know(clinic, a_person("ana", ANA, created_at=clock()))
    return await why(clinic)


async def not_included(clinic: Clinic) -> WhyNot:
    await know(clinic, a_person("ana", ANA), a_person("ben", BEN, "vip"))
    await ready(clinic, await segment(clinic, HasTag(value="vip")))
    await clinic.fire()
    return await why(clinic)


async def excluded(clinic: Clinic) -> WhyNot:
    await know(clinic, a_person("ana", ANA, list_ids=("l1",)), a_person("ben", BEN))
    staff = ContactList(id="l1", name="Staff", created_at=NOON, updated_at=NOON)
    await create_contact_list(clinic.runtime, "acme", staff)
    await ready(clinic, Everybody(), exclude=(ListMembers(list_id="l1"),))
    await clinic.fire()
    return await why(clinic)


async def segment_gone(clinic: Clinic) -> WhyNot:
    await know(clinic, a_person("ana", ANA, "vip"))
    await ready(clinic, await segment(clinic, HasTag(value="vip")))
    await delete_segment(clinic.runtime, "acme", "vips")
    await clinic.fire()
    return await why(clinic)


async def filtered_out(clinic: Clinic) -> WhyNot:
    condition = RowCondition(test=ConditionTest.IS, field="doctor", value="Dr Who")
    return await row(
        clinic, {}, {"Doctor": "Dr Who", "Phone": BEN}, row_filter=RowFilter(conditions=(condition,))
    )


async def not_in_files(clinic: Clinic) -> WhyNot:
    return await row(clinic, {"Phone": BEN})


async def not_told(clinic: Clinic) -> WhyNot:
    """How she was then is not kept any more: as she is now she would be in it."""
    await not_included(clinic)
    await become(clinic, "ana", tags=("vip",))
    changes = (await clinic.stores.contact_changes.page("acme", limit=50)).items
    await clinic.stores.contact_changes.remove("acme", [one.id for one in changes])
    return await why(clinic)


async def step_to_come(clinic: Clinic) -> WhyNot:
    clinic.stop_clock(NOON)
    late = after(24 * HOUR, measure=DelayMeasure.STEP)
    await fired(clinic, a_step(), late, rows=people(1))
    return await why_at(clinic, FIRST)


ABSENCES: Mapping[Absence, tuple[Case, Verdict, Stage, str]] = {
    Absence.NOT_FIRED: (not_fired, Verdict.WAITING, Stage.CAMPAIGN, "waits for somebody to fire it"),
    Absence.NO_MORE_KEPT: (no_more_kept, Verdict.NOT_SENT, Stage.CAMPAIGN, "no longer kept"),
    Absence.FORGOTTEN: (forgotten_while_it_waited, Verdict.UNKNOWN, Stage.CAMPAIGN, "person's request"),
    Absence.GATHERING: (gathering, Verdict.WAITING, Stage.AUDIENCE, "still being read"),
    Absence.FIRE_CANCELED: (canceled_before, Verdict.NOT_SENT, Stage.CAMPAIGN, "canceled before anybody's"),
    Absence.NO_RECIPIENTS: (no_recipients, Verdict.NOT_SENT, Stage.AUDIENCE, "had nobody to send to"),
    Absence.NOT_PLANNED_YET: (gathered, Verdict.WAITING, Stage.PREPARING, "is not queued yet"),
    Absence.NO_CONTACT_THEN: (no_contact_then, Verdict.NOT_SENT, Stage.AUDIENCE, "was no contact yet"),
    Absence.NOT_INCLUDED: (not_included, Verdict.NOT_SENT, Stage.AUDIENCE, "has the tag 'vip'"),
    Absence.EXCLUDED: (excluded, Verdict.NOT_SENT, Stage.AUDIENCE, "leaves out the list 'Staff'"),
    Absence.SEGMENT_GONE: (segment_gone, Verdict.NOT_SENT, Stage.AUDIENCE, "The segment vips was deleted"),
    Absence.FILTERED_OUT: (filtered_out, Verdict.NOT_SENT, Stage.ROW_FILTER, "This one has doctor 'Dr Vega'"),
    Absence.NOT_IN_FILES: (not_in_files, Verdict.NOT_SENT, Stage.AUDIENCE, "'day.csv' has an address"),
    Absence.NOT_TOLD: (not_told, Verdict.NOT_SENT, Stage.AUDIENCE, "yet there is no message"),
    Absence.STEP_TO_COME: (step_to_come, Verdict.WAITING, Stage.CAMPAIGN, "The step is still to come"),
}


@pytest.mark.parametrize("absence", Absence)
async def test_every_way_of_not_being_there(clinic: Clinic, absence: Absence) -> None:
    case, verdict, stage, words = ABSENCES[absence]
    found = of_kind(await case(clinic), absence)
    assert (found.verdict, found.stage) == (verdict, stage)
    says(found, words, "")
    assert found.advice
