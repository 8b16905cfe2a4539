"""The local scheduler calls ticks when Cloud Scheduler would, and says the same to them."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime

import pytest

from infra.local.scheduler import ScheduleNotUnderstood, Scheduler, Tick, next_due
from infra.manifest import read_manifest
from tests.kit.stack.webhook_receiver import Receiver

NOON = datetime(2026, 3, 1, 12, 0, 30, tzinfo=UTC)  # a Sunday


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        ("* * * * *", datetime(2026, 3, 1, 12, 1, tzinfo=UTC)),
        ("*/5 * * * *", datetime(2026, 3, 1, 12, 5, tzinfo=UTC)),
        ("0 * * * *", datetime(2026, 3, 1, 13, 0, tzinfo=UTC)),
        ("30 2 * * *", datetime(2026, 3, 2, 2, 30, tzinfo=UTC)),
        ("0,15-20/5 8-9 * * 1", datetime(2026, 3, 2, 8, 0, tzinfo=UTC)),
        ("0 0 29 2 *", None),
        ("0 0 1 1 *", datetime(2027, 1, 1, tzinfo=UTC)),
    ],
)
def test_the_next_minute_is_found(schedule: str, expected: datetime | None) -> None:
    if expected is None:
        with pytest.raises(ScheduleNotUnderstood, match="within a year"):
            next_due(schedule, NOON)
    else:
        assert next_due(schedule, NOON) == expected


@pytest.mark.parametrize("schedule", ["", "* * * *", "x * * * *", "61 * * * *", "0 0 1 * 1", "*/0 * * * *"])
def test_what_is_no_schedule_is_refused(schedule: str) -> None:
    with pytest.raises(ScheduleNotUnderstood):
        next_due(schedule, NOON)


def scheduler(receiver: Receiver, said: list[str], *, tick_seconds: float | None = None) -> Scheduler:
    function = read_manifest().get("fire_due_campaigns")
    tick = Tick(function=function, url=f"{receiver.address}/?token=t")
    return Scheduler({function.name: tick}, tick_seconds=tick_seconds, say=said.append)


async def test_a_tick_carries_cloud_schedulers_headers(receiver: Receiver) -> None:
    assert await scheduler(receiver, []).tick_now("fire_due_campaigns", at=NOON) == 204
    [call] = receiver.received
    assert call.url.endswith("/?token=t")
    assert call.headers["X-CloudScheduler"] == "true"
    assert call.headers["X-CloudScheduler-JobName"] == "fire-due-campaigns"
    assert call.headers["X-CloudScheduler-ScheduleTime"] == "2026-03-01T12:00:30Z"
    assert call.headers["User-Agent"] == "Google-Cloud-Scheduler"


async def test_ticks_come_every_few_seconds_when_asked(receiver: Receiver) -> None:
    running = asyncio.create_task(scheduler(receiver, [], tick_seconds=0.02).run())
    calls = await receiver.wait_for(lambda all_: len(all_) >= 3)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    assert len({call.headers["X-CloudScheduler-ScheduleTime"] for call in calls}) == len(calls)


async def test_a_tick_that_fails_is_said_and_does_not_stop_the_scheduler(receiver: Receiver) -> None:
    said: list[str] = []
    receiver.refusals = 1
    assert await scheduler(receiver, said).tick_now("fire_due_campaigns") == 503
    assert said == ["Tick fire_due_campaigns answered 503"]
