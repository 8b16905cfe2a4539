"""Records spans with OpenTelemetry. Imported only where an exporter is set."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter, SpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_ON, ParentBased, TraceIdRatioBased
from opentelemetry.trace import NonRecordingSpan, Span, SpanContext, SpanKind, Status, StatusCode, TraceFlags

from shared.domain.trace_place import Fact, TracePlace
from shared.domain.trace_place import SpanKind as Kind
from shared.settings import Settings

FLUSH_MILLIS = 2000
# https://cloud.google.com/trace/docs/migrate-to-otlp-endpoints
GOOGLE_ENDPOINT = "https://telemetry.googleapis.com/v1/traces"
GOOGLE_SCOPE = "https://www.googleapis.com/auth/cloud-platform"


def open_exporter(settings: Settings) -> SpanExporter:
    """Where spans go: to standard output, to a collector (OTEL_EXPORTER_OTLP_ENDPOINT), or to Google's."""
    if settings.trace_exporter == "console":
        return ConsoleSpanExporter(formatter=lambda span: span.to_json(indent=None) + "\n")
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    if settings.trace_exporter == "otlp":
        return OTLPSpanExporter()
    import google.auth
    from google.auth.transport.requests import AuthorizedSession

    credentials, _ = google.auth.default(scopes=[GOOGLE_SCOPE])
    session = AuthorizedSession(credentials)  # type: ignore[no-untyped-call]  # google-auth has no types
    return OTLPSpanExporter(endpoint=GOOGLE_ENDPOINT, session=session)


class SpanRecorder:
    """Makes spans and hands them to the exporter in the background."""

    def __init__(self, exporter: SpanExporter, settings: Settings) -> None:
        share = TraceIdRatioBased(settings.trace_share)
        # The share is taken by trace id, so all functions decide alike; who asks for a trace gets it.
        sampler = ParentBased(root=share, remote_parent_sampled=ALWAYS_ON, remote_parent_not_sampled=share)
        resource = Resource.create({"service.name": "rollcall", "gcp.project_id": settings.project_id})
        self._provider = TracerProvider(sampler=sampler, resource=resource)
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("rollcall")

    @contextmanager
    def span(
        self, name: str, kind: Kind, facts: Mapping[str, Fact], parent: TracePlace | None = None
    ) -> Iterator[TracePlace]:
        """One span, under `parent` or the one around it. Of an error only its type is kept."""
        context = trace.set_span_in_context(_remote(parent), Context()) if parent else None
        with self._tracer.start_as_current_span(
            name,
            context=context,
            kind=SpanKind[kind.upper()],
            attributes=facts,
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                yield _place_of(span.get_span_context())
            except BaseException as error:
                span.set_status(Status(StatusCode.ERROR, type(error).__name__))
                raise

    def note(self, facts: Mapping[str, Fact]) -> None:
        """Add facts to the span we are in."""
        trace.get_current_span().set_attributes(facts)

    def link(self, place: TracePlace) -> None:
        """Link the span we are in to a place in another trace."""
        current = trace.get_current_span()
        if _place_of(current.get_span_context()).trace_id != place.trace_id:
            current.add_link(_remote(place).get_span_context())

    def flush(self) -> None:
        """Send what has ended. What cannot be sent in time is left to the background."""
        self._provider.force_flush(FLUSH_MILLIS)

    def close(self) -> None:
        """Send what has ended, and stop."""
        self._provider.shutdown()


def _remote(place: TracePlace) -> Span:
    flags = TraceFlags(TraceFlags.SAMPLED if place.is_sampled else TraceFlags.DEFAULT)
    return NonRecordingSpan(
        SpanContext(int(place.trace_id, 16), int(place.span_id, 16), is_remote=True, trace_flags=flags)
    )


def _place_of(context: SpanContext) -> TracePlace:
    return TracePlace(
        trace_id=trace.format_trace_id(context.trace_id),
        span_id=trace.format_span_id(context.span_id),
        is_sampled=context.trace_flags.sampled,
    )
