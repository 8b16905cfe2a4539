"""A mailbox that stops though nobody edited it loses its people to others, and is used once it is back."""

import asyncio
from datetime import date, timedelta

import pytest

from shared import writing_pace
from shared.domain.sequences.scheduled_email import EmailStatus
from shared.usecases.sending.pause_sender import pause_by_hand, pause_sender
from shared.usecases.sending.resume_sender import resume_sender
from shared.usecases.sequences import plan_emails
from shared.views.mailbox_health import get_mailbox_health
from shared.writing_pace import WritingPace
from tests.kit.sequence_records import a_mailbox
from tests.kit.sequences import PostOffice
from tests.usecases.sequences.conftest import MONDAY

OTHER = a_mailbox(id="other", email="other@acme-clinics.com", daily_capacity=6)
REFUSED = "535 5.7.8 The password is wrong."


async def filled(office: PostOffice, count: int) -> None:
    await office.open(a_mailbox(daily_capacity=6), OTHER)
    await office.enroll(*await office.know(*(f"p{number:02}@example.com" for number in range(count))))


async def by_mailbox(office: PostOffice) -> dict[str, list[date]]:
    found: dict[str, list[date]] = {"mails": [], "other": []}
    for one in await office.emails():
        if one.status is EmailStatus.PENDING and one.send_at is not None and one.mailbox_id is not None:
            found[one.mailbox_id].append(one.send_at.date())
    return found


async def test_the_people_of_a_mailbox_whose_sign_in_is_refused_are_shared_out_within_minutes(
    office: PostOffice,
) -> None:
    await filled(office, 12)
    assert {name: len(days) for name, days in (await by_mailbox(office)).items()} == {"mails": 6, "other": 6}
    await pause_sender(office.runtime, office.company_id, "other", REFUSED)
    await office.tick()
    left = await by_mailbox(office)
    assert left["other"] == []
    assert sorted(left["mails"]) == [MONDAY.date()] * 6 + [MONDAY.date() + timedelta(days=1)] * 6
    plan = await office.plan()
    assert plan.replanning is not None
    assert (plan.replanning.moved, plan.replanning.ended_at) == (6, office.clock.at)
    await office.tick()
    assert (await office.plan()).replanning == plan.replanning  # what is known already changes nothing
    health = await get_mailbox_health(office.runtime, office.company_id, "other")
    assert (health.is_sending, health.is_paused_by_itself, health.paused_reason) == (False, True, REFUSED)


async def test_when_it_is_back_those_who_wait_come_forward(office: PostOffice) -> None:
    await filled(office, 12)
    await pause_by_hand(office.runtime, office.company_id, "other", "Dana")
    await office.tick()
    health = await get_mailbox_health(office.runtime, office.company_id, "other")
    assert (health.is_sending, health.is_paused_by_itself) == (False, False)
    await resume_sender(office.runtime, office.company_id, "other")
    await office.tick()
    back = await by_mailbox(office)
    assert (len(back["mails"]), len(back["other"])) == (6, 6)
    assert set(back["other"]) == {MONDAY.date()}


async def test_a_job_that_has_worked_long_enough_ends_and_the_next_plans_who_is_left(
    office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan_emails, "TOGETHER", 3)
    monkeypatch.setattr(writing_pace, "SECONDS_A_JOB", 0.0)
    office.clinic.runs_jobs = False
    await office.open(a_mailbox(daily_capacity=20))
    ids = await office.know(*(f"p{number:02}@example.com" for number in range(10)))
    office.clinic.runs_jobs = True
    await office.enroll(*ids)
    planned = [one for one in await office.emails() if one.is_planned]
    assert len(planned) == 10
    assert len({one.send_at for one in planned}) == 10
    assert (await office.plan()).planned_at is not None


async def test_a_plan_is_written_no_faster_than_it_may_be() -> None:
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(WritingPace().after(writing_pace.EMAILS_A_SECOND * 60), 0.05)
    await asyncio.wait_for(WritingPace().after(1), 30)
