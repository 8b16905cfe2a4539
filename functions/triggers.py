"""What every trigger does: authenticate, decode, log context, call the use case, acknowledge or ask again."""

import functools
import logging
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from functions.authentication import CallerRefused, check_caller
from functions.entry_point import Handler, entry_point
from functions.google_certificates import CertificatesUnavailable
from functions.problems import FAULT, FORBIDDEN, UNAVAILABLE, problem_response
from functions.process import current_runtime
from functions.request_body import BodyTooLarge, read_body
from shared import calls, log, tracing
from shared.domain.errors import NewerDocument, NotFound
from shared.pubsub.envelope import from_push, trace_of
from shared.runtime import Runtime
from shared.settings import SettingsError
from shared.usecases.ledger.count_costs import count_costs
from shared.usecases.requests.take_tick import give_back_tick, take_tick

J = TypeVar("J")
Tick = Callable[[Runtime, datetime], Awaitable[dict[str, int]]]
MAX_BODY_BYTES = 1024 * 1024
DONE = Response(status_code=204)


class JobFailed(Exception):
    """A job that is to be asked for again. It has been logged, with the ids of what it was about."""


def guarded(handler: Callable[[Request], Awaitable[Response]]) -> Handler:
    """The entry point with its last line: what nobody expected is logged and asked for again with a 500.

    The framework's own last line would write out the error's text, which may hold what was being sent.
    """

    @entry_point
    @functools.wraps(handler)
    async def guard(request: Request) -> Response:
        try:
            return await handler(request)
        except CertificatesUnavailable as error:
            log.event("caller not checked", level=logging.ERROR, reason=str(error))
            return problem_response(UNAVAILABLE, request.url.path)
        except SettingsError:  # for entry_point: it names what is wrong, and nothing is configured yet
            raise
        except JobFailed:
            return problem_response(FAULT, request.url.path)
        except Exception as error:  # noqa: BLE001 - the last line
            log.event("request failed", level=logging.ERROR, job=handler.__name__, error=error)
            return problem_response(FAULT, request.url.path)

    return guard


def tick(run: Tick) -> Handler:
    """A Cloud Scheduler job. The same tick twice does nothing; one that fails may be tried again.

    A tick is identified by X-CloudScheduler-ScheduleTime, which stays the same over its retries.
    """

    @guarded
    @functools.wraps(run)
    async def handler(request: Request) -> Response:
        runtime = current_runtime()
        try:
            await check_caller(request, runtime.settings)
            scheduled_at = _schedule_time(request)
        except (CallerRefused, ValueError):
            return problem_response(FORBIDDEN, request.url.path)
        async with tracing.served(request.headers, run.__name__, "server"):
            return await _run_tick(runtime, run, scheduled_at)

    return handler


async def _run_tick(runtime: Runtime, run: Tick, scheduled_at: datetime | None) -> Response:
    name = run.__name__
    calls.begin(is_waited_for=False)
    if scheduled_at is not None and not await take_tick(runtime, name, scheduled_at):
        return JSONResponse({"repeated": True})
    started = time.monotonic()
    try:
        async with count_costs(runtime, name, is_for_one_fire=False):
            counts = await run(runtime, runtime.now())
    except BaseException as error:
        if scheduled_at is not None:
            await give_back_tick(runtime, name, scheduled_at)
        if isinstance(error, NewerDocument):
            return _left_to_newer(name, error)
        log.event("job failed", level=logging.ERROR, job=name, error=error)
        if isinstance(error, Exception):
            raise JobFailed from error
        raise
    log.event("tick", job=name, seconds=round(time.monotonic() - started, 3), counts=counts)
    return JSONResponse(counts)


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
        @guarded
        @functools.wraps(run)
        async def handler(request: Request) -> Response:
            runtime = current_runtime()
            try:
                await check_caller(request, runtime.settings)
            except CallerRefused:
                return problem_response(FORBIDDEN, request.url.path)
            try:
                body = await read_body(request, MAX_BODY_BYTES)
            except BodyTooLarge:  # no job of ours: Pub/Sub is told not to bring it again
                log.event("job too large", level=logging.ERROR, job=run.__name__)
                return DONE
            async with tracing.served(trace_of(body) or request.headers, run.__name__, "consumer"):
                return await _run_job(runtime, job_type, run, body)

        return handler

    return decorate


async def _run_job(
    runtime: Runtime, job_type: type[J], run: Callable[[Runtime, J], Awaitable[None]], body: bytes
) -> Response:
    try:
        job = from_push(job_type, body)
    except (KeyError, TypeError, ValueError) as error:
        log.event("job not readable", level=logging.ERROR, job=run.__name__, error_type=type(error).__name__)
        return DONE
    if job is None:
        return DONE
    calls.begin(is_waited_for=False)
    with log.context(**_ids(job)):
        try:
            async with count_costs(runtime, run.__name__, is_for_one_fire=True):
                await run(runtime, job)
        except NotFound as missing:  # deleted meanwhile: trying again would not bring it back
            log.event("job for nothing", job=run.__name__, kind=missing.kind, item_id=missing.item_id)
        except NewerDocument as newer:
            return _left_to_newer(run.__name__, newer)
        except Exception as error:
            log.event("job failed", level=logging.ERROR, job=run.__name__, error=error)
            raise JobFailed from error
    return DONE


def _left_to_newer(name: str, newer: NewerDocument) -> Response:
    """Ask again, until a worker of the newer version gets it: during a deploy both serve."""
    log.event("left to a newer version", level=logging.WARNING, job=name, reason=str(newer))
    return problem_response(UNAVAILABLE, "/")


def _ids(job: object) -> dict[str, str]:
    """What a job is about, for its log lines."""
    fields: dict[str, str] = msgspec.to_builtins(job)
    return {name: value for name, value in fields.items() if name.endswith("_id") and value}
