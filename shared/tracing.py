"""Traces: one path from tick to provider call, carried by requests and jobs, and named in every log line.

The place in the trace travels whether or not spans are recorded. Recording needs OpenTelemetry, which is
loaded only when an exporter is set. Spans carry the ids of the log's context and countable facts, never an
address, a text or an error's own words.
"""

import asyncio
import contextvars
import secrets
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager, nullcontext
from typing import TYPE_CHECKING

from shared import log
from shared.domain.trace_place import Fact, SpanKind, TracePlace, read_place
from shared.settings import Settings

if TYPE_CHECKING:
    from shared.span_recorder import SpanRecorder

# https://cloud.google.com/logging/docs/structured-logging#structured_logging_special_fields
LOGGED_TRACE = "logging.googleapis.com/trace"
LOGGED_SPAN = "logging.googleapis.com/spanId"
LOGGED_SAMPLED = "logging.googleapis.com/trace_sampled"

_NOTHING: AbstractContextManager[None] = nullcontext()
_place: contextvars.ContextVar[TracePlace | None] = contextvars.ContextVar("trace_place", default=None)
_recorder: "SpanRecorder | None" = None
_project_id = ""


def configure(settings: Settings) -> None:
    """Begin to record as the settings say, once per process."""
    global _project_id
    _project_id = settings.project_id
    if settings.trace_exporter != "none":
        from shared.span_recorder import SpanRecorder, open_exporter

        install(SpanRecorder(open_exporter(settings), settings))


def install(recorder: "SpanRecorder | None") -> None:
    """Record every span of this process from now on; None stops that."""
    global _recorder
    _recorder = recorder


@contextmanager
def continued(carrier: Mapping[str, str], name: str, kind: SpanKind) -> Iterator[None]:
    """Go on with the trace in a request's headers or a job's attributes, or begin one."""
    parent = read_place(carrier)
    if _recorder is not None:
        with _recorder.span(name, kind, log.ids(), parent) as place, _at(place):
            yield
        return
    with _at(parent or TracePlace(trace_id=_hex(16), span_id=_hex(8), is_sampled=False)):
        yield


def span(name: str | None, kind: SpanKind = "internal", **facts: Fact) -> AbstractContextManager[None]:
    """A step of what is being done. Without a name, or an exporter, it costs a comparison."""
    if _recorder is None or name is None:
        return _NOTHING
    return _recorded(_recorder, name, kind, facts)


def note(**facts: Fact) -> None:
    """Add facts to the step that is being done."""
    if _recorder is not None:
        _recorder.note(facts)


def link(traceparent: str) -> None:
    """Point from the step that is being done to another trace, such as that of the fire it belongs to."""
    place = read_place({"traceparent": traceparent})
    if _recorder is not None and place is not None:
        _recorder.link(place)


def traceparent() -> str:
    """Where we are, for whoever goes on from here; empty outside of any trace."""
    place = _place.get()
    return place.traceparent if place else ""


@asynccontextmanager
async def served(carrier: Mapping[str, str], name: str, kind: SpanKind) -> AsyncIterator[None]:
    """A whole request, in its trace. What is recorded is handed over at its end, before the answer goes out.

    After the answer the platform may stop our CPU.
    """
    try:
        with continued(carrier, name, kind):
            yield
    finally:
        if _recorder is not None:
            await asyncio.to_thread(_recorder.flush)


@contextmanager
def _recorded(
    recorder: "SpanRecorder", name: str, kind: SpanKind, facts: Mapping[str, Fact]
) -> Iterator[None]:
    with recorder.span(name, kind, {**log.ids(), **facts}) as place, _at(place):
        yield


@contextmanager
def _at(place: TracePlace) -> Iterator[None]:
    token = _place.set(place)
    logged: dict[str, str | bool] = {
        LOGGED_TRACE: f"projects/{_project_id}/traces/{place.trace_id}",
        LOGGED_SPAN: place.span_id,
        LOGGED_SAMPLED: place.is_sampled,
    }
    try:
        with log.context(**logged):
            yield
    finally:
        _place.reset(token)


def _hex(size: int) -> str:
    return secrets.token_hex(size)
