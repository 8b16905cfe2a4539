"""Spans of use cases: work of a later tick points to its fire, and errors keep their words to themselves."""

from collections.abc import Iterator

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from shared import log, tracing
from shared.span_recorder import SpanRecorder
from tests.kit.clinic import Clinic


class Recording:
    """What was recorded so far."""

    def __init__(self, clinic: Clinic) -> None:
        self._exporter = InMemorySpanExporter()
        self.recorder = SpanRecorder(self._exporter, clinic.runtime.settings)

    def spans(self, name: str) -> list[ReadableSpan]:
        """The ended spans of this name."""
        self.recorder.flush()
        return [span for span in self._exporter.get_finished_spans() if span.name == name]


@pytest.fixture
def recording(clinic: Clinic) -> Iterator[Recording]:
    """Every span of this test."""
    recording = Recording(clinic)
    tracing.install(recording.recorder)
    yield recording
    tracing.install(None)
    recording.recorder.close()


def trace_of(span: ReadableSpan) -> int:
    assert span.context is not None
    return int(span.context.trace_id)


async def test_a_batch_that_a_later_tick_sends_is_linked_to_its_fire(
    clinic: Clinic, recording: Recording
) -> None:
    await clinic.load({})
    await clinic.ready()
    clinic.runs_jobs = False
    with tracing.continued({}, "fire_due_campaigns", "server"):
        fire = await clinic.fire()
    [fired] = recording.spans("fire")
    await clinic.run_published()  # in a trace of its own, as what the sweep announces again
    [queued] = recording.spans("queue_messages")
    await clinic.run_published()
    [sent] = recording.spans("send_batch")
    assert len({trace_of(fired), trace_of(queued), trace_of(sent)}) == 3
    for span in (queued, sent):
        assert [link.context.trace_id for link in span.links] == [trace_of(fired)]
    assert fired.attributes is not None
    assert fired.attributes["fire_id"] == fire.id


async def test_an_error_is_recorded_by_its_kind_alone(recording: Recording) -> None:
    with pytest.raises(ValueError, match="555"), log.context(company_id="acme"), tracing.span("step"):
        raise ValueError("+1 212 555 0187 is not a number")
    [span] = recording.spans("step")
    assert (span.status.is_ok, span.status.description) == (False, "ValueError")
    assert "212 555" not in span.to_json()
    assert dict(span.attributes or {}) == {"company_id": "acme"}


async def test_without_an_exporter_the_trace_still_goes_on() -> None:
    traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    assert tracing.traceparent() == ""
    with tracing.continued({"traceparent": traceparent}, "send_batch", "consumer"), tracing.span("step"):
        assert tracing.traceparent() == traceparent
    with tracing.continued({}, "tick", "server"):
        assert tracing.traceparent().endswith("-00")
