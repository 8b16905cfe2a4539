"""A step that says that an appointment was canceled: once it is, to whom it was with, and to nobody else."""

from datetime import UTC, datetime, time, timedelta

import pytest
import pytest_asyncio

from shared.domain.campaigns.audience import FileAudience
from shared.domain.campaigns.step import OnlyIf, Step
from shared.domain.campaigns.window import ContactWindow
from shared.domain.errors import InvalidInput
from shared.domain.fires.fire import Ledger, ProgressStatus
from shared.domain.fires.report import FireReport
from shared.domain.fires.waiting import wait_of
from shared.domain.messages.message import MessageState
from shared.domain.messages.skip_reason import SkipReason
from shared.domain.record import replace
from shared.usecases.campaigns.save_campaign import create_campaign
from shared.usecases.campaigns.start_preview import start_preview
from shared.usecases.files.cancel_appointment import cancel_appointment
from shared.views.previews import get_previewed_row
from tests.kit.builders import a_campaign, a_step, a_template
from tests.kit.clinic import Clinic
from tests.kit.clock import Clock
from tests.usecases.files import test_following as following

MONDAY = following.MONDAY
NEXT_MONDAY = datetime(2026, 11, 30, 19, tzinfo=UTC)  # when the visits of the file are
TELLS = a_step(id="off", template_id="off", only_if=OnlyIf.APPOINTMENT_CANCELED)
STEPS = (a_step(when=following.FIVE), TELLS)
ANA, BEN, CY = following.ANA, following.BEN, following.CY
ROWS = [following.row(number, "2026-11-30 14:00") for number in range(3)]


@pytest_asyncio.fixture
async def visits(clinic: Clinic) -> Clock:
    """Three visits in a week: nothing was sent yet, and who is told of a cancelation waits for one."""
    await following.takes(clinic)
    clinic.runtime.settings = replace(clinic.runtime.settings, tick_interval_seconds=1.0)
    off = a_template(id="off", body="{{ name }}, your visit on {{ appointment_at | date: '%B %-d' }} is off.")
    await clinic.stores.templates.save(clinic.company_id, off.id, off)
    clock = clinic.stop_clock(MONDAY)
    file = await following.load(clinic, *ROWS)
    audience = FileAudience(source_id="appointments", file_id=file.id)
    await clinic.ready(steps=STEPS, audience=audience, window=ContactWindow(opens=time(9), closes=time(20)))
    await clinic.fire()
    return clock


async def told(clinic: Clinic) -> dict[str, list[str]]:
    """What people were told, by number."""
    found: dict[str, list[str]] = {}
    for one in await clinic.accepted():
        found.setdefault(one["handset"], []).append(one["body"])
    return found


async def report(clinic: Clinic) -> FireReport:
    [fire] = (await clinic.stores.fires.page(clinic.company_id, limit=5)).items
    return await clinic.report(fire)


async def test_who_is_canceled_is_told_once_and_nobody_else(clinic: Clinic, visits: Clock) -> None:
    """One by a later file, one by the API, one not at all."""
    waiting = await following.of_step(clinic, "off")
    assert {one.planned_for for one in waiting.values()} == {NEXT_MONDAY}
    visits.at += timedelta(hours=1)
    canceled = following.row(0, "2026-11-30 14:00", status="Cancelled")
    await following.load(clinic, canceled, *ROWS[1:])
    for _ in range(2):
        await cancel_appointment(clinic.runtime, clinic.company_id, "appointments", "A1")
        await following.ticks(clinic, visits, visits.at + timedelta(minutes=1))
    off = "your visit on November 30 is off."
    assert await told(clinic) == {ANA: [f"P0, {off}"], BEN: [f"P1, {off}"]}
    for at in (NEXT_MONDAY - timedelta(days=2), NEXT_MONDAY + timedelta(minutes=1)):
        await following.ticks(clinic, visits, at)
    assert {phone: len(texts) for phone, texts in (await told(clinic)).items()} == {ANA: 1, BEN: 1, CY: 1}
    off_messages = await following.of_step(clinic, "off")
    assert (off_messages[CY].state, off_messages[CY].reason) == (
        MessageState.SKIPPED,
        SkipReason.NOT_CANCELED,
    )
    done = await report(clinic)
    assert (done.status, done.ledger) == (ProgressStatus.SENT, Ledger(planned=6, sent=3, skipped=3))
    assert done.skipped == {SkipReason.WITHDRAWN: 2, SkipReason.NOT_CANCELED: 1}


async def test_a_moved_visit_is_not_canceled_and_may_be_later(clinic: Clinic, visits: Clock) -> None:
    visits.at += timedelta(hours=1)
    await following.load(clinic, following.row(0, "2026-12-02 09:30"), *ROWS[1:])
    await following.ticks(clinic, visits, visits.at + timedelta(minutes=1))
    assert await told(clinic) == {}
    await cancel_appointment(clinic.runtime, clinic.company_id, "appointments", "A0")
    await following.ticks(clinic, visits, visits.at + timedelta(minutes=1))
    assert await told(clinic) == {ANA: ["P0, your visit on December 2 is off."]}


async def test_a_visit_that_moves_forward_ends_its_wait_as_it_takes_place(
    clinic: Clinic, visits: Clock
) -> None:
    visits.at += timedelta(hours=1)
    await following.load(clinic, following.row(0, "2026-11-27 09:30"), *ROWS[1:])
    friday = datetime(2026, 11, 27, 14, 30, tzinfo=UTC)
    message = (await following.of_step(clinic, "off"))[ANA]
    [fire] = (await clinic.stores.fires.page(clinic.company_id, limit=5)).items
    content = await clinic.stores.campaign_contents.frozen(
        clinic.company_id, fire.campaign_id, fire.content_hash
    )
    wait = wait_of(message, content, [], visits.at)
    assert wait is not None
    assert (message.planned_for, wait.kind, wait.until) == (friday, "cancelation", friday)
    await following.ticks(clinic, visits, friday + timedelta(minutes=1))
    off = await following.of_step(clinic, "off")
    assert (off[ANA].reason, off[BEN].reason) == (SkipReason.NOT_CANCELED, None)


async def test_who_canceled_by_themselves_knows(clinic: Clinic, visits: Clock) -> None:
    await following.ticks(clinic, visits, NEXT_MONDAY - timedelta(days=2))
    await clinic.write(ANA, "2")
    await clinic.write(BEN, "1")
    for number in (0, 1):
        await cancel_appointment(clinic.runtime, clinic.company_id, "appointments", f"A{number}")
    await following.ticks(clinic, visits, visits.at + timedelta(minutes=1))
    texts = await told(clinic)
    assert [len(texts[phone]) for phone in (ANA, BEN)] == [1, 2]  # of the reminder, and of the cancelation
    assert (await following.of_step(clinic, "off"))[ANA].reason == SkipReason.ANSWERED


async def test_stop_and_the_contact_window_hold_for_it(clinic: Clinic, visits: Clock) -> None:
    await clinic.write(ANA, "STOP")
    visits.at = MONDAY + timedelta(hours=11)  # eleven at night
    for number in (0, 1):
        await cancel_appointment(clinic.runtime, clinic.company_id, "appointments", f"A{number}")
    await following.ticks(clinic, visits, visits.at + timedelta(minutes=1))
    assert await told(clinic) == {}
    await following.ticks(clinic, visits, visits.at + timedelta(hours=12))
    assert list(await told(clinic)) == [BEN]


async def test_what_it_waits_for_is_said(clinic: Clinic, visits: Clock) -> None:
    message = (await following.of_step(clinic, "off"))[ANA]
    content = await clinic.stores.campaign_contents.frozen(
        clinic.company_id, message.campaign_id, (await clinic.campaign()).content_hash or ""
    )
    wait = wait_of(message, content, [], visits.at)
    assert wait is not None
    assert (wait.kind, wait.until) == ("cancelation", NEXT_MONDAY)
    preview = await start_preview(clinic.runtime, clinic.company_id, "reminders")
    shown = await get_previewed_row(clinic.runtime, clinic.company_id, preview.id, 2)
    assert [(one.kind, one.address) for one in shown][1] == ("waits for a cancelation", ANA)


@pytest.mark.parametrize(
    ("steps", "field"),
    [
        ((TELLS,), "steps[0].only_if"),
        ((a_step(), replace(TELLS, when=following.FIVE)), "steps[1].when"),
        ((a_step(), TELLS, a_step(id="last")), "steps[1]"),
    ],
)
async def test_it_stands_last_and_has_no_time_of_its_own(
    clinic: Clinic, visits: Clock, steps: tuple[Step, ...], field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        await create_campaign(clinic.runtime, clinic.company_id, a_campaign(id="other", steps=steps))
    assert [problem.field for problem in refused.value.problems] == [field]
