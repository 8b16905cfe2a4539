"""Emails whose time passed, as nothing ran or the sequence was paused: they get another one soon."""

from datetime import timedelta
from functools import partial

from shared.domain.record import replace
from shared.domain.sequences.editing import in_state
from shared.domain.sequences.scheduled_email import EmailStatus
from shared.domain.sequences.sequence import SequenceState
from shared.domain.sequences.sequence_plan import PLAN_ID
from shared.usecases.sequences.save_mailbox import edit_mailbox
from shared.usecases.sequences.save_sequence import edit_sequence
from shared.views.sequences import get_enrollment_path
from tests.kit.sequence_records import a_mailbox
from tests.kit.sequences import PostOffice
from tests.usecases.sequences.conftest import MONDAY


def people(count: int) -> list[str]:
    return [f"p{number:02}@example.com" for number in range(count)]


async def be(office: PostOffice, state: SequenceState) -> None:
    edit = partial(in_state, state=state)
    await edit_sequence(office.runtime, office.company_id, "welcome", edit)


async def why_of(office: PostOffice) -> list[str]:
    [person] = await office.enrollments()
    path = await get_enrollment_path(office.runtime, office.company_id, "welcome", person.id)
    return [one.why for one in path.emails]


async def test_after_a_pause_those_whose_time_passed_are_planned_as_it_is_resumed(office: PostOffice) -> None:
    await office.open(a_mailbox(daily_capacity=8))
    await office.enroll(*await office.know(*people(8)))
    await be(office, SequenceState.PAUSED)
    office.clock.at = MONDAY + timedelta(days=2, hours=2, minutes=30)  # Wednesday, half past ten
    await office.tick()
    assert all(one.send_at and one.send_at < office.clock.at for one in await office.emails())
    await be(office, SequenceState.ACTIVE)
    emails = await office.emails()
    assert all(one.status is EmailStatus.PENDING for one in emails)
    times = sorted((one.send_at - MONDAY) // timedelta(hours=1) for one in emails if one.send_at)
    assert times == [*(48 + hour for hour in range(3, 9)), 72 + 1, 72 + 5]  # each on a slot of its own
    await office.go_to(MONDAY + timedelta(days=4))
    assert len(await office.clinic.accepted()) == 8


async def test_after_a_short_outage_those_whose_time_passed_are_planned_at_the_next_tick(
    office: PostOffice,
) -> None:
    await office.open(a_mailbox(daily_capacity=96))  # every five minutes
    await office.enroll(*await office.know(*people(96)))
    office.clock.at = MONDAY.replace(hour=9, minute=30)
    await office.ask_and_tick()
    office.clock.at += timedelta(minutes=1)
    plan = replace(await office.plan(), planned_at=office.clock.at)  # planned lately, and asked for before
    await office.stores.sequence_plans.save(office.company_id, PLAN_ID, plan)
    office.clock.at += timedelta(minutes=35)  # so long nothing ran
    await office.tick()
    lost = [one for one in await office.emails() if one.send_at is None]
    assert lost
    plan = await office.plan()
    assert plan.due_at == office.clock.at + timedelta(minutes=5)
    await office.tick()
    emails = {one.id: one for one in await office.emails()}
    found = [emails[one.id] for one in lost]
    assert all(one.send_at and one.send_at >= office.clock.at for one in found)
    planned = (await office.plan()).planned_at
    await office.tick()
    assert (await office.plan()).planned_at == planned  # once, not at every tick


async def test_what_no_day_or_no_mailbox_takes_says_so_and_not_that_it_comes_within_the_hour(
    office: PostOffice,
) -> None:
    await office.open()
    await edit_mailbox(office.runtime, office.company_id, "mails", {"is_paused": True})
    await office.enroll(*await office.know("ana@example.com"))
    [why] = await why_of(office)
    assert "no mailbox of the sequence sends now" in why
    await be(office, SequenceState.PAUSED)
    [why] = await why_of(office)
    assert "once the sequence is resumed" in why
    await be(office, SequenceState.ACTIVE)
    await edit_mailbox(office.runtime, office.company_id, "mails", {"is_paused": False})
    await office.tick()
    [why] = await why_of(office)
    assert "It comes from desk@acme-clinics.com" in why
