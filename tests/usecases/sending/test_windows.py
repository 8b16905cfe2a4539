"""Never at the wrong time: windows hold at planning, at the claim, and until the phone rings."""

import asyncio
from datetime import UTC, datetime, time, timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest
from aiohttp import web

from infra.local.ports import HOST, free_ports
from shared.domain.campaigns.window import ContactWindow
from shared.domain.fires.fire import Ledger
from shared.domain.job import SendBatch
from shared.domain.messages.batch import BatchState
from shared.domain.messages.message import MessageState
from shared.usecases.sending.dispatch_due_batches import dispatch_due_batches
from tests.kit.builders import ALWAYS, an_sms_sender
from tests.kit.clinic import Clinic, people
from tests.kit.providers_at import providers_at

NOON = datetime(2026, 11, 23, 17, tzinfo=UTC)  # a Monday, noon in New York
HOUR = timedelta(hours=1)
WINDOW = ContactWindow(opens=time(9), closes=time(17), time_zone_field="time_zone")
ZONES = (
    {"Patient": "Ana", "Phone": "212 555 2000", "State": "NY"},
    {"Patient": "Ben", "Phone": "212 555 2001", "State": "CA"},
    {"Patient": "Cy", "Phone": "212 555 2002", "State": "HI"},
)


async def dispatch(clinic: Clinic, now: datetime) -> int:
    clinic.stop_clock(now)
    return (await dispatch_due_batches(clinic.runtime, now))["dispatched"]


async def test_each_time_zone_starts_in_its_own_window_and_not_before(clinic: Clinic) -> None:
    clinic.stop_clock(NOON - HOUR)
    await clinic.load(*ZONES)
    await clinic.ready(window=WINDOW)
    fire = await clinic.fire()
    starts = [batch.planned_start.replace(microsecond=0) for batch in await clinic.batches()]
    assert starts == [NOON - HOUR, NOON, NOON + 2 * HOUR]
    assert list(await clinic.sent_counts()) == ["+12125552000"]
    assert await dispatch(clinic, NOON - timedelta(minutes=6)) == 0
    assert (await clinic.report(fire)).ledger == Ledger(planned=3, sent=1, pending=2)
    assert await dispatch(clinic, NOON) == 1
    assert await dispatch(clinic, NOON + timedelta(minutes=5)) == 0
    assert await dispatch(clinic, NOON + 2 * HOUR) == 1
    assert (await clinic.report(fire)).ledger == Ledger(planned=3, sent=3)


async def test_a_state_of_several_zones_is_called_when_all_of_them_may_be(clinic: Clinic) -> None:
    clinic.stop_clock(datetime(2026, 11, 23, 14, 30, tzinfo=UTC))  # 9:30 Eastern, 8:30 Central
    await clinic.load({"State": "TN"})
    await clinic.ready(window=WINDOW)
    await clinic.fire()
    [batch] = await clinic.batches()
    assert batch.planned_start.replace(microsecond=0) == datetime(2026, 11, 23, 15, tzinfo=UTC)
    assert await clinic.sent_counts() == {}


async def planned(clinic: Clinic, *rows: dict[str, str], **campaign: Any) -> SendBatch:
    """A fire whose one batch waits for its worker."""
    await clinic.load(*rows)
    await clinic.ready(**campaign)
    clinic.runs_jobs = False
    await clinic.fire()
    await clinic.run_published()
    [job] = clinic.published
    clinic.published = []
    clinic.runs_jobs = True
    assert isinstance(job, SendBatch)
    return job


async def test_what_the_window_closed_on_goes_out_at_its_next_opening_in_one_batch(clinic: Clinic) -> None:
    closes = datetime(2026, 11, 23, 22, tzinfo=UTC)
    clock = clinic.stop_clock(closes - timedelta(minutes=1))
    await clinic.stores.senders.save(clinic.company_id, "texts", an_sms_sender(rate_per_second=5.0))
    rows = people(20)
    job = await planned(clinic, *rows, window=WINDOW)
    first_groups = 7

    async def close_after_one_group(count: int) -> None:
        if count == first_groups:
            clock.at = closes

    await send_while(clinic, job, close_after_one_group)
    assert len(await clinic.accepted()) == first_groups
    opens = datetime(2026, 11, 24, 14, tzinfo=UTC)
    waiting = [batch for batch in await clinic.batches() if batch.state is BatchState.WAITING]
    assert [(batch.planned_start, len(batch.message_ids)) for batch in waiting] == [
        (opens, 20 - first_groups)
    ]
    assert await dispatch(clinic, opens - timedelta(minutes=6)) == 0
    assert await dispatch(clinic, opens) == 1
    counts = await clinic.sent_counts()
    assert (len(counts), set(counts.values())) == (20, {1})


async def send_while(clinic: Clinic, job: SendBatch, look: Any) -> None:
    """Run the job, and `look` at the number of accepted messages whenever it may have changed."""
    sending = asyncio.create_task(clinic.runtime.publisher.publish([job]))
    while not sending.done():
        await look(len(await clinic.accepted()))
        await asyncio.sleep(0.01)
    await sending


async def test_what_would_come_too_late_at_the_next_opening_is_skipped(clinic: Clinic) -> None:
    closes = datetime(2026, 11, 23, 22, tzinfo=UTC)
    clock = clinic.stop_clock(closes - timedelta(minutes=1))
    job = await planned(
        clinic,
        {"When": "11/24/2026 08:59"},
        {"Phone": "212 555 2001", "When": "11/24/2026 09:30"},
        {"Phone": "212 555 2002", "When": "11/23/2026 17:00"},
        window=WINDOW,
        expires_field="appointment_at",
    )
    clock.at = closes
    await clinic.runtime.publisher.publish([job])
    messages = await clinic.messages()
    assert [message.reason for message in messages] == ["window_closed", None, "expired"]
    assert messages[1].state is MessageState.QUEUED
    assert await clinic.accepted() == []


@pytest.mark.parametrize("seconds_left", [0, 4])
async def test_no_use_after_is_honoured_at_planning_and_again_at_the_claim(
    clinic: Clinic, seconds_left: int
) -> None:
    clock = clinic.stop_clock(NOON)
    job = await planned(
        clinic,
        {"When": "11/23/2026 12:00"},
        {"Phone": "212 555 2001", "When": "11/23/2026 12:01"},
        window=ALWAYS,
        expires_field="appointment_at",
    )
    assert [m.reason for m in await clinic.messages()] == ["expired", None]
    clock.at = NOON + timedelta(seconds=60 - seconds_left)
    await clinic.runtime.publisher.publish([job])
    assert [m.reason for m in await clinic.messages()] == ["expired", "expired"]
    assert await clinic.accepted() == []


async def test_the_provider_is_told_until_when_a_message_may_arrive(clinic: Clinic) -> None:
    asked: list[dict[str, list[str]]] = []

    async def take(request: web.Request) -> web.Response:
        asked.append(parse_qs(await request.text()))
        return web.json_response({"sid": "SM1", "status": "queued"}, status=201)

    app = web.Application()
    app.router.add_post("/{path:.*}", take)
    runner = web.AppRunner(app)
    await runner.setup()
    [port] = free_ports((0,))
    await web.TCPSite(runner, HOST, port).start()
    try:
        clinic.stop_clock(NOON)
        await clinic.load({"When": "11/23/2026 12:10"}, {"Phone": "212 555 2001", "When": "11/23/2026 19:00"})
        await clinic.ready(window=WINDOW, expires_field="appointment_at")
        clinic.runtime.settings = providers_at(clinic.runtime.settings, twilio=f"http://{HOST}:{port}")
        await clinic.fire()
    finally:
        await runner.cleanup()
    validity = {form["To"][0]: int(form["ValidityPeriod"][0]) for form in asked}
    assert validity == {"+12125550187": 10 * 60 - 5, "+12125552001": 5 * 3600 - 5}
