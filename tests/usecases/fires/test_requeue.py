"""A failed row, corrected and queued again: once, with the ledger adding up throughout."""

import asyncio
from datetime import timedelta

import pytest

from shared.domain.campaigns.campaign import CampaignState
from shared.domain.campaigns.schedule import Schedule, ScheduleKind
from shared.domain.errors import Conflict, InvalidInput
from shared.domain.fires.fire import Fire, Ledger, ProgressStatus
from shared.domain.messages.failure import Failure, FailureState
from shared.domain.messages.message import MessageState
from shared.usecases.campaigns.cancel_campaign import cancel_campaign
from shared.usecases.campaigns.pause_campaign import pause_campaign
from shared.usecases.campaigns.resume_campaign import resume_campaign
from shared.usecases.fires.requeue_failure import requeue_failure
from shared.usecases.upkeep.sweep_stalled_work import sweep_stalled_work
from tests.kit.clinic import Clinic
from tests.machine.campaign_deaths import dying

GOOD = "+12125550188"


async def failed(clinic: Clinic, *rows: dict[str, str]) -> tuple[Fire, Failure]:
    """A fire with one failure: Ben's phone."""
    await clinic.load(*(rows or ({"Patient": "Ana"},)), {"Patient": "Ben", "Phone": "12"})
    await clinic.ready()
    fire = await clinic.fire()
    [failure] = await clinic.failures()
    return fire, failure


async def requeue(clinic: Clinic, failure: Failure, **corrections: str) -> Failure:
    return await requeue_failure(clinic.runtime, clinic.company_id, failure.id, corrections)


async def test_a_corrected_row_is_sent_and_its_failure_closed(clinic: Clinic) -> None:
    fire, failure = await failed(clinic)
    assert (await clinic.report(fire)).ledger == Ledger(planned=2, sent=1, failed=1)
    done = await requeue(clinic, failure, phone=GOOD)
    assert done.state is FailureState.REQUEUED
    assert done.requeued_as is not None
    message = await clinic.stores.messages.get(clinic.company_id, done.requeued_as)
    assert (message.state, message.address, message.row_number) == (MessageState.SENT, GOOD, 3)
    report = await clinic.report(fire)
    assert report.ledger == Ledger(planned=2, sent=2)
    assert report.status is ProgressStatus.SENT
    assert (await clinic.stores.fires.get(clinic.company_id, fire.id)).is_closed
    assert await clinic.sent_counts() == {"+12125550187": 1, GOOD: 1}


@pytest.mark.parametrize(
    ("corrections", "field"),
    [
        ({"phone": "13"}, "corrections.phone"),
        ({"phone": GOOD, "doctor": ""}, "corrections.doctor"),
        ({"phone": GOOD, "No Field": "x"}, "corrections.No Field"),
        ({"phone": GOOD, "name": "x" * 10_001}, "corrections.name"),
    ],
)
async def test_a_wrong_correction_is_refused_by_field(
    clinic: Clinic, corrections: dict[str, str], field: str
) -> None:
    fire, failure = await failed(clinic)
    with pytest.raises(InvalidInput) as invalid:
        await requeue(clinic, failure, **corrections)
    assert [problem.field for problem in invalid.value.problems] == [field]
    assert (await clinic.report(fire)).ledger == Ledger(planned=2, sent=1, failed=1)


async def test_twice_at_once_is_once(clinic: Clinic) -> None:
    fire, failure = await failed(clinic)
    results = await asyncio.gather(
        requeue(clinic, failure, phone=GOOD),
        requeue(clinic, failure, phone="+12125550189"),
        return_exceptions=True,
    )
    assert sorted((type(result) for result in results), key=str) == [Conflict, Failure]
    assert len(await clinic.accepted()) == 2
    assert (await clinic.report(fire)).ledger == Ledger(planned=2, sent=2)


async def test_what_was_canceled_is_not_queued_again(clinic: Clinic) -> None:
    await clinic.load({"Patient": "Ben", "Phone": "12"}, {})
    await clinic.ready()
    clinic.runs_jobs = False
    await clinic.fire()
    await clinic.run_published()
    await cancel_campaign(clinic.runtime, clinic.company_id, "reminders")
    [failure] = await clinic.failures()
    with pytest.raises(Conflict, match="canceled"):
        await requeue(clinic, failure, phone=GOOD)


async def test_what_was_canceled_after_its_end_is_not_queued_again(clinic: Clinic) -> None:
    at = (clinic.runtime.now() + timedelta(seconds=1)).replace(tzinfo=None)
    daily = Schedule(kind=ScheduleKind.RECURRING, at=at, rule="FREQ=DAILY", time_zone="UTC")
    await clinic.load({}, {"Patient": "Ben", "Phone": "12"})
    await clinic.ready(schedule=daily)
    fire = await clinic.fire()
    assert (await clinic.stores.fires.get(clinic.company_id, fire.id)).is_closed
    await cancel_campaign(clinic.runtime, clinic.company_id, "reminders")
    [failure] = await clinic.failures()
    with pytest.raises(Conflict, match="canceled"):
        await requeue(clinic, failure, phone=GOOD)
    assert len(await clinic.accepted()) == 1


async def test_while_the_campaign_is_paused_it_waits(clinic: Clinic) -> None:
    at = (clinic.runtime.now() + timedelta(seconds=1)).replace(tzinfo=None)
    daily = Schedule(kind=ScheduleKind.RECURRING, at=at, rule="FREQ=DAILY", time_zone="UTC")
    await clinic.load({}, {"Patient": "Ben", "Phone": "12"})
    await clinic.ready(schedule=daily)
    fire = await clinic.fire()
    await pause_campaign(clinic.runtime, clinic.company_id, "reminders")
    [failure] = await clinic.failures()
    await requeue(clinic, failure, phone=GOOD)
    assert len(await clinic.accepted()) == 1
    await resume_campaign(clinic.runtime, clinic.company_id, "reminders")
    assert len(await clinic.accepted()) == 2
    assert (await clinic.report(fire)).ledger == Ledger(planned=2, sent=2)


async def test_who_dies_just_after_it_leaves_the_rest_to_the_ticks(clinic: Clinic) -> None:
    fire, failure = await failed(clinic)
    assert (await clinic.campaign()).state is CampaignState.SENT
    with dying(("requeue_failure", "after")):
        await requeue(clinic, failure, phone=GOOD)
    assert (await clinic.campaign()).state is CampaignState.FIRING
    clinic.later(timedelta(minutes=11))
    await sweep_stalled_work(clinic.runtime, clinic.runtime.now())
    assert (await clinic.report(fire)).ledger == Ledger(planned=2, sent=2)
    assert (await clinic.campaign()).state is CampaignState.SENT


async def test_a_person_who_opted_out_is_skipped(clinic: Clinic) -> None:
    fire, failure = await failed(clinic)
    await clinic.write(GOOD, "STOP")
    await requeue(clinic, failure, phone=GOOD)
    report = await clinic.report(fire)
    assert (report.ledger, report.skipped) == (Ledger(planned=2, sent=1, skipped=1), {"opted_out": 1})


async def test_what_becomes_a_duplicate_is_skipped_also_days_later(clinic: Clinic) -> None:
    fire, failure = await failed(clinic, {"Patient": "Ben"})
    clinic.later(timedelta(days=366))
    await requeue(clinic, failure, phone="(212) 555-0187")
    report = await clinic.report(fire)
    assert (report.ledger, report.skipped) == (Ledger(planned=2, sent=1, skipped=1), {"duplicate": 1})


async def test_rows_rejected_in_the_file_are_mended_there(clinic: Clinic) -> None:
    await clinic.load({}, {"When": "soon"})
    [failure] = await clinic.failures()
    with pytest.raises(Conflict, match="rejected-rows file"):
        await requeue(clinic, failure, phone=GOOD)
    assert len(await clinic.failures()) == 1
