"""Calls the ticks when Cloud Scheduler would, with the headers it sends."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

import aiohttp
from msgspec import Struct

from infra.manifest import Function

FIELDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 6))  # minute, hour, day, month, day of the week
SEARCHED = timedelta(days=366)


class ScheduleNotUnderstood(Exception):
    """The expression is not unix-cron, or uses more of it than the local scheduler knows."""


class Tick(Struct, frozen=True, kw_only=True):
    """A function to call, and where. `url` holds the token that stands in for the OIDC signature."""

    function: Function
    url: str


class Scheduler:
    """Calls each tick on its schedule, or every `tick_seconds`; never the same one twice at a time."""

    def __init__(
        self,
        ticks: Mapping[str, Tick],
        *,
        tick_seconds: float | None = None,
        say: Callable[[str], None] = print,
    ) -> None:
        self._ticks = ticks
        self._tick_seconds = tick_seconds
        self._say = say

    async def run(self) -> None:
        """Call the ticks until cancelled."""
        async with aiohttp.ClientSession() as http, asyncio.TaskGroup() as running:
            for tick in self._ticks.values():
                running.create_task(self._run_one(http, tick))

    async def tick_now(self, name: str, *, at: datetime | None = None) -> int:
        """Call one tick at once, as by `gcloud scheduler jobs run`; `at` is the time it is told.

        The status it answered, or 0 when it could not be reached.
        """
        async with aiohttp.ClientSession() as http:
            return await self._call(http, self._ticks[name], at or datetime.now(UTC))

    async def _run_one(self, http: aiohttp.ClientSession, tick: Tick) -> None:
        while True:
            due_at = self._next_due(tick.function, datetime.now(UTC))
            await asyncio.sleep((due_at - datetime.now(UTC)).total_seconds())
            await self._call(http, tick, due_at)

    def _next_due(self, function: Function, now: datetime) -> datetime:
        if self._tick_seconds is not None:
            return now + timedelta(seconds=self._tick_seconds)
        return next_due(function.schedule, now)

    async def _call(self, http: aiohttp.ClientSession, tick: Tick, due_at: datetime) -> int:
        name = tick.function.name
        timeout = aiohttp.ClientTimeout(total=tick.function.timeout_seconds)
        try:
            headers = scheduler_headers(tick.function, due_at)
            async with http.post(tick.url, headers=headers, timeout=timeout) as response:
                if not response.ok:
                    self._say(f"Tick {name} answered {response.status}")
                return response.status
        except (aiohttp.ClientError, TimeoutError) as error:
            self._say(f"Tick {name} was not answered: {type(error).__name__}")
            return 0


def scheduler_headers(function: Function, due_at: datetime) -> dict[str, str]:
    """What Cloud Scheduler adds to its requests.

    https://cloud.google.com/scheduler/docs/reference/rest/v1/projects.locations.jobs#HttpTarget
    """
    return {
        "User-Agent": "Google-Cloud-Scheduler",
        "X-CloudScheduler": "true",
        "X-CloudScheduler-JobName": function.service,
        "X-CloudScheduler-ScheduleTime": due_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
    }


def next_due(schedule: str, after: datetime) -> datetime:
    """The first whole minute after `after` that `schedule` (unix-cron, UTC) names.

    Raises ScheduleNotUnderstood. Knows `*`, `*/n`, numbers, ranges and lists; not names of days, and not
    a day of the month together with a day of the week.
    """
    fields = schedule.split()
    if len(fields) != len(FIELDS):
        raise ScheduleNotUnderstood(f"{schedule!r} must have five fields")
    if fields[2] != "*" and fields[4] != "*":
        raise ScheduleNotUnderstood(f"{schedule!r} names days of the month and of the week")
    allowed = [_values(field, low, high) for field, (low, high) in zip(fields, FIELDS, strict=True)]
    minute = after.replace(second=0, microsecond=0) + timedelta(minutes=1)
    end = minute + SEARCHED
    while minute < end:
        days = (minute.day, minute.month, minute.isoweekday() % 7)
        if not all(part in values for part, values in zip(days, allowed[2:], strict=True)):
            minute = minute.replace(hour=0, minute=0) + timedelta(days=1)
        elif minute.minute in allowed[0] and minute.hour in allowed[1]:
            return minute
        else:
            minute += timedelta(minutes=1)
    raise ScheduleNotUnderstood(f"{schedule!r} is not due within a year")


def _values(field: str, low: int, high: int) -> set[int]:
    values: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        first, _, last = (f"{low}-{high}" if span == "*" else span).partition("-")
        try:
            values.update(range(int(first), int(last or first) + 1, int(step or 1)))
        except ValueError:
            raise ScheduleNotUnderstood(f"{part!r} is not a part of a unix-cron expression") from None
    if not values or not values <= set(range(low, high + 1)):
        raise ScheduleNotUnderstood(f"{field!r} must be within {low} and {high}")
    return values
