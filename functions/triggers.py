"""What every trigger does: authenticate, decode, log context, call the use case, acknowledge or ask again."""

import base64
import binascii
import functools
import logging
import time
import traceback
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

import functions_framework.aio
import msgspec
import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from functions.authentication import CallerRefused, check_caller
from functions.process import current_runtime
from shared import faults, log, tracing
from shared.domain.errors import NotFound
from shared.domain.job import IngestFile
from shared.domain.trace_place import TRACEPARENT
from shared.runtime import Runtime
from shared.usecases.count_costs import count_costs

J = TypeVar("J")
Tick = Callable[[Runtime, datetime], Awaitable[dict[str, int]]]
Handler = Callable[[Request], Any]  # as functions_framework.aio.http types what it decorates
MAX_BODY_BYTES = 1024 * 1024
REFUSED = Response("Forbidden", status_code=403)
DONE = 204


def tick(run: Tick) -> Handler:
    """A Cloud Scheduler job. The same tick twice does nothing; one that fails may be tried again.

    A tick is identified by X-CloudScheduler-ScheduleTime, which stays the same over its retries.
    """

    @functions_framework.aio.http
    @functools.wraps(run)
    async def handler(request: Request) -> Response:
        runtime = current_runtime()
        try:
            await check_caller(request, runtime.settings)
            scheduled_at = _schedule_time(request)
        except (CallerRefused, ValueError):
            return REFUSED
        async with tracing.served(request.headers, run.__name__, "server"):
            return await _run_tick(runtime, run, scheduled_at)

    return handler


async def _run_tick(runtime: Runtime, run: Tick, scheduled_at: datetime | None) -> Response:
    name, ticks = run.__name__, runtime.stores.ticks
    if scheduled_at is not None:
        with faults.step("tick.take"):
            is_ours = await ticks.take(name, scheduled_at)
        if not is_ours:
            return JSONResponse({"repeated": True})
    started = time.monotonic()
    try:
        async with count_costs(runtime, name, is_for_one_fire=False):
            counts = await run(runtime, runtime.now())
    except BaseException as error:
        _log_failed(name, error)
        if scheduled_at is not None:
            await ticks.give_back(name, scheduled_at)
        raise
    log.event("tick", job=name, seconds=round(time.monotonic() - started, 3), counts=counts)
    return JSONResponse(counts)


def _log_failed(name: str, error: BaseException) -> None:
    """Without the error's text, which may hold what a message holds."""
    frames = traceback.extract_tb(error.__traceback__)[-8:]
    log.event(
        "job failed",
        level=logging.ERROR,
        job=name,
        error_type=type(error).__name__,
        frames=[f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    )


def _schedule_time(request: Request) -> datetime | None:
    """When this tick was due; None for a run by hand."""
    text = request.headers.get("x-cloudscheduler-scheduletime")
    if text is None:
        return None
    moment = datetime.fromisoformat(text)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def worker(job_type: type[J]) -> Callable[[Callable[[Runtime, J], Awaitable[None]]], Handler]:
    """A topic's push subscriber. 2xx: done, or never to be tried again. 5xx (an exception): deliver again."""

    def decorate(run: Callable[[Runtime, J], Awaitable[None]]) -> Handler:
        @functions_framework.aio.http
        @functools.wraps(run)
        async def handler(request: Request) -> Response:
            runtime = current_runtime()
            try:
                await check_caller(request, runtime.settings)
            except CallerRefused:
                return REFUSED
            body = await request.body()
            async with tracing.served(_carrier(request, body), run.__name__, "consumer"):
                await _run_job(runtime, job_type, run, body)
            return Response(status_code=DONE)

        return handler

    return decorate


async def _run_job(
    runtime: Runtime, job_type: type[J], run: Callable[[Runtime, J], Awaitable[None]], body: bytes
) -> None:
    try:
        job = _job(job_type, body)
    except (KeyError, TypeError, ValueError, binascii.Error, msgspec.ValidationError) as error:
        log.event("job not readable", level=logging.ERROR, job=run.__name__, error_type=type(error).__name__)
        return
    if job is None:
        return
    with log.context(**_ids(job)):
        try:
            async with count_costs(runtime, run.__name__, is_for_one_fire=True):
                await run(runtime, job)
        except NotFound as missing:  # deleted meanwhile: trying again would not bring it back
            log.event("job for nothing", job=run.__name__, kind=missing.kind, item_id=missing.item_id)
        except Exception as error:
            _log_failed(run.__name__, error)
            raise


def _ids(job: object) -> dict[str, str]:
    """What a job is about, for its log lines."""
    fields: dict[str, str] = msgspec.to_builtins(job)
    return {name: value for name, value in fields.items() if name.endswith("_id") and value}


def _carrier(request: Request, body: bytes) -> Mapping[str, str]:
    """Where the trace goes on from: the publisher, as the message's attributes say, or whoever called."""
    try:
        attributes = orjson.loads(body)["message"]["attributes"]
        place = attributes[TRACEPARENT]
    except (KeyError, TypeError, ValueError):
        return request.headers
    return {TRACEPARENT: place} if isinstance(place, str) else request.headers


def _job(job_type: type[J], body: bytes) -> J | None:
    """The job in a standard push envelope. None for a notification that is not about a finished upload."""
    message: dict[str, Any] = orjson.loads(body)["message"]
    if job_type is IngestFile:
        attributes = message["attributes"]
        if attributes.get("eventType") != "OBJECT_FINALIZE":
            return None
        fields = {
            "bucket": attributes["bucketId"],
            "object_name": attributes["objectId"],
            "generation": attributes["objectGeneration"],
        }
        return msgspec.convert(fields, job_type)
    return msgspec.convert(orjson.loads(base64.b64decode(message["data"])), job_type)
