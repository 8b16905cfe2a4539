"""Reminders follow their appointments: a later file has what waits planned anew, or never sent."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
import pytest_asyncio

from shared.domain.campaigns.audience import FileAudience
from shared.domain.campaigns.step import AfterDelay, AtField, DelayMeasure, Step
from shared.domain.files.file import File, FileState
from shared.domain.files.row_filter import ConditionTest, RowCondition, RowFilter
from shared.domain.files.source import ColumnMapping, FieldType, HoldRule
from shared.domain.fires.fire import Ledger
from shared.domain.messages.message import Message, MessageState
from shared.domain.messages.skip_reason import SkipReason
from shared.domain.messages.skipping import skip_words
from shared.domain.record import replace
from shared.usecases.files.cancel_appointment import cancel_appointment
from shared.usecases.fires.fire_due_campaigns import fire_due_campaigns
from shared.usecases.sending import withdraw_messages
from shared.usecases.sending.dispatch_due_batches import dispatch_due_batches
from shared.usecases.upkeep.sweep_stalled_work import sweep_stalled_work
from tests.kit.builders import a_source, a_step, a_template
from tests.kit.clinic import Clinic
from tests.kit.clock import Clock

MONDAY = datetime(2026, 11, 23, 17, tzinfo=UTC)  # noon in New York
ANA, BEN, CY = "+12125552000", "+12125552001", "+12125552002"
FIVE = AtField(field="appointment_at", days=-3, clock=time(17))
SOON = AtField(field="appointment_at", seconds=-7200)
COLUMNS = (
    ColumnMapping(column="Id", field="appointment_id"),
    ColumnMapping(column="Patient", field="name"),
    ColumnMapping(column="Phone", field="phone", type=FieldType.PHONE),
    ColumnMapping(column="Doctor", field="doctor"),
    ColumnMapping(
        column="When", field="appointment_at", type=FieldType.DATETIME, formats=("%Y-%m-%d %H:%M",)
    ),
    ColumnMapping(column="State", field="time_zone", type=FieldType.TIME_ZONE),
    ColumnMapping(column="Status", field="change"),
)


@pytest_asyncio.fixture
async def office(clinic: Clinic) -> Clinic:
    """A clinic whose tables are of appointments: they have a field `appointment_id`."""
    await takes(clinic)
    clinic.runtime.settings = replace(clinic.runtime.settings, tick_interval_seconds=1.0)
    return clinic


async def takes(clinic: Clinic, **changes: Any) -> None:
    source = a_source(columns=COLUMNS, **changes)
    await clinic.stores.sources.save(clinic.company_id, source.id, source)
    again = a_template(
        id="again", body="{{ name }}, soon: {{ doctor }} at {{ appointment_at | date: '%H:%M' }}."
    )
    await clinic.stores.templates.save(clinic.company_id, again.id, again)


def row(number: int, when: str, doctor: str = "Vega", status: str = "new", phone: str = "") -> str:
    return f"A{number},P{number},{phone or f'+1212555{2000 + number}'},{doctor},{when},NY,{status}"


async def load(clinic: Clinic, *rows: str) -> File:
    header = "Id,Patient,Phone,Doctor,When,State,Status"
    file = await clinic.load_bytes("\n".join([header, *rows]).encode())
    assert file.state is FileState.LOADED, file.refusal
    return file


STEPS = (a_step(when=FIVE), a_step(id="again", template_id="again", when=SOON))


async def fired(clinic: Clinic, *rows: str, steps: Sequence[Step] = STEPS) -> Clock:
    clock = clinic.stop_clock(MONDAY)
    file = await load(clinic, *rows)
    await clinic.ready(steps=tuple(steps), audience=FileAudience(source_id="appointments", file_id=file.id))
    await clinic.fire()
    return clock


async def ticks(clinic: Clinic, clock: Clock, at: datetime) -> None:
    clock.at = at
    for tick in (fire_due_campaigns, dispatch_due_batches, sweep_stalled_work):
        await tick(clinic.runtime, clock.at)


async def of_step(clinic: Clinic, step_id: str) -> dict[str, Message]:
    return {one.address: one for one in await clinic.messages() if one.step_id == step_id}


async def test_a_moved_appointment_moves_every_reminder_that_waits(office: Clinic) -> None:
    clock = await fired(office, row(0, "2026-11-30 14:00"), row(1, "2026-11-30 14:00"))
    clock.at += timedelta(hours=1)
    file = await load(office, row(0, "2026-12-02 09:30", "Okafor"), row(1, "2026-11-30 14:00"))
    assert file.notes == (
        "0 appointments are canceled; 0 messages that waited were withdrawn; "
        "2 that waited were planned anew.",
    )
    five, soon = await of_step(office, "sms"), await of_step(office, "again")
    assert five[ANA].planned_for == datetime(2026, 11, 29, 22, tzinfo=UTC)
    assert soon[ANA].planned_for == datetime(2026, 12, 2, 12, 30, tzinfo=UTC)
    assert soon[BEN].planned_for == datetime(2026, 11, 30, 17, tzinfo=UTC)
    assert (soon[ANA].followed, soon[BEN].followed) == (file.id, None)
    await ticks(office, clock, datetime(2026, 11, 28, 3, tzinfo=UTC))
    assert await office.sent_counts() == {BEN: 1}
    await ticks(office, clock, datetime(2026, 11, 29, 22, 5, tzinfo=UTC))
    await ticks(office, clock, datetime(2026, 11, 30, 17, 5, tzinfo=UTC))
    await ticks(office, clock, datetime(2026, 12, 2, 12, 31, tzinfo=UTC))
    told = [one["body"] for one in await office.accepted(ANA)]
    assert told == [
        "Hello P0, you see Okafor on Dec 02 at 09:30. Reply 1 to confirm, 2 to cancel.",
        "P0, soon: Okafor at 09:30.",
    ]
    [fire] = (await office.stores.fires.page(office.company_id, limit=5)).items
    assert (await office.report(fire)).ledger == Ledger(planned=4, sent=4)


async def test_a_canceled_appointment_is_reminded_of_no_more_and_why_says_so(office: Clinic) -> None:
    clock = await fired(office, row(0, "2026-11-30 14:00"), row(1, "2026-11-30 14:00"))
    file = await load(office, row(0, "2026-11-30 14:00", status="Cancelled"), row(1, "2026-11-30 14:00"))
    assert file.canceled_count == 1
    await ticks(office, clock, datetime(2026, 11, 30, 17, 5, tzinfo=UTC))
    assert await office.sent_counts() == {BEN: 2}
    messages = [one for one in await office.messages() if one.address == ANA]
    assert {(one.reason, one.withdrawn_by) for one in messages} == {(SkipReason.WITHDRAWN, file.id)}
    assert skip_words(messages[0]) == "A later file of the source canceled the appointment."


async def test_the_api_cancels_one_until_a_later_file_books_it_again(office: Clinic) -> None:
    clock = await fired(office, row(0, "2026-11-30 14:00"), row(1, "2026-11-30 14:00"))
    clock.at += timedelta(hours=1)
    done = await cancel_appointment(office.runtime, office.company_id, "appointments", "A0")
    assert (done.skipped, done.too_late) == (2, 0)
    reasons = {(one.address, one.reason, one.withdrawn_by) for one in await office.messages()}
    assert reasons == {(ANA, SkipReason.WITHDRAWN, "api"), (BEN, None, None)}
    clock.at += timedelta(hours=1)
    await load(office, row(0, "2026-12-02 14:00"))
    await office.ready(id="again", name="Again", steps=STEPS)
    fire = await office.fire("again")
    assert (await office.report(fire)).ledger == Ledger(planned=2, pending=2)


async def test_what_the_sources_row_filter_leaves_out_is_withdrawn(office: Clinic) -> None:
    await takes(
        office,
        row_filter=RowFilter(
            conditions=(RowCondition(column="Status", test=ConditionTest.IS_NOT, value="no show"),)
        ),
    )
    await fired(office, row(0, "2026-11-30 14:00"), row(1, "2026-11-30 14:00"))
    await load(office, row(0, "2026-11-30 14:00", status="no show"), row(1, "2026-11-30 14:00"))
    assert {(one.address, one.state, one.reason) for one in await office.messages()} == {
        (ANA, MessageState.SKIPPED, SkipReason.WITHDRAWN),
        (BEN, MessageState.QUEUED, None),
    }


async def test_a_reminder_whose_new_time_has_passed_is_skipped_as_changed(office: Clinic) -> None:
    await fired(office, row(0, "2026-11-30 14:00"))
    await load(office, row(0, "2026-11-25 14:00"))  # three days before is yesterday
    five, soon = await of_step(office, "sms"), await of_step(office, "again")
    assert (five[ANA].state, five[ANA].reason) == (MessageState.SKIPPED, SkipReason.CHANGED)
    assert skip_words(five[ANA]) == (
        "A later file of the source changed the appointment. "
        "The time of this step had passed before the campaign fired."
    )
    assert soon[ANA].planned_for == datetime(2026, 11, 25, 17, tzinfo=UTC)


async def test_what_was_sent_stays_and_the_next_step_follows(office: Clinic) -> None:
    delay = AfterDelay(seconds=4 * 3600, counted_from=DelayMeasure.RECIPIENT)
    again = a_step(id="again", template_id="again", when=delay)
    clock = await fired(office, row(0, "2026-11-30 14:00"), steps=(a_step(), again))
    assert await office.sent_counts() == {ANA: 1}
    clock.at += timedelta(hours=1)
    await load(office, row(0, "2026-12-01 15:15", "Okafor"))
    await ticks(office, clock, MONDAY + timedelta(hours=4, minutes=5))
    assert [one["body"] for one in await office.accepted(ANA)][1:] == ["P0, soon: Okafor at 15:15."]


async def test_an_older_file_that_is_loaded_later_changes_nothing(office: Clinic) -> None:
    clock = office.stop_clock(MONDAY - timedelta(days=1))
    _, old = await office.upload(
        "\n".join(["Id,Patient,Phone,Doctor,When,State,Status", row(0, "2026-11-27 08:00")]).encode()
    )
    await fired(office, row(0, "2026-11-30 14:00"))
    before = await office.messages()
    await office.runtime.publisher.publish([old])
    assert await office.messages() == before
    assert clock.at < MONDAY


async def test_two_rows_of_one_appointment_that_differ_withdraw_nothing(office: Clinic) -> None:
    rows = (row(0, "2026-11-30 14:00"), row(0, "2026-11-30 14:00", phone=BEN))
    await fired(office, *rows)
    await load(office, *rows, row(2, "2026-11-30 14:00"))
    assert {one.state for one in await office.messages()} == {MessageState.QUEUED}
    assert {one.followed for one in await office.messages()} == {None}


async def test_nothing_of_a_held_file_is_told(office: Clinic) -> None:
    await fired(office, *(row(n, "2026-11-30 14:00") for n in range(40)))
    await takes(office, holds=HoldRule.ALWAYS)
    file = await load(office, row(0, "2026-12-02 09:30"))
    assert file.hold == "held"
    changed = {one.reason for one in await office.messages() if one.address == ANA}
    assert changed == {SkipReason.CHANGED}


@pytest.mark.parametrize("searched", [0, 200])
async def test_many_changes_read_what_waits_and_not_each_appointment(
    office: Clinic, monkeypatch: pytest.MonkeyPatch, searched: int
) -> None:
    monkeypatch.setattr(withdraw_messages, "SEARCHED", searched)
    await fired(office, *(row(n, "2026-11-30 14:00") for n in range(3)))
    await load(office, *(row(n, f"2026-12-0{n + 1} 14:00") for n in range(3)))
    soon = await of_step(office, "again")
    assert [soon[address].planned_for for address in (ANA, BEN, CY)] == [
        datetime(2026, 12, day, 17, tzinfo=UTC) for day in (1, 2, 3)
    ]


async def test_a_worker_that_holds_the_old_batch_sends_nothing_stale(office: Clinic) -> None:
    clock = await fired(office, row(0, "2026-11-30 14:00"), steps=(a_step(when=SOON),))
    office.runs_jobs = False
    clock.at = datetime(2026, 11, 30, 17, tzinfo=UTC)
    await dispatch_due_batches(office.runtime, clock.at)
    announced, office.published = office.published, []
    office.runs_jobs = True
    await load(office, row(0, "2026-12-02 14:00"))
    await office.runtime.publisher.publish(announced)
    assert await office.accepted() == []
    await ticks(office, clock, datetime(2026, 12, 2, 17, 1, tzinfo=UTC))
    assert [one["body"] for one in await office.accepted()] == [
        "Hello P0, you see Vega on Dec 02 at 14:00. Reply 1 to confirm, 2 to cancel."
    ]
