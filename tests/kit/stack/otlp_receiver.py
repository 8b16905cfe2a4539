"""A collector that keeps what it is sent: OTLP over HTTP, as OpenTelemetry's exporter speaks it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from msgspec import Struct, field
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

from infra.local.ports import HOST


class Span(Struct, frozen=True):
    """One span, as it was sent."""

    name: str
    trace_id: str
    span_id: str
    parent_id: str
    kind: int
    facts: dict[str, Any]
    linked: tuple[str, ...]  # trace ids


class Received(Struct):
    """Everything sent so far, read and raw."""

    address: str = ""
    raw: bytes = b""
    spans: list[Span] = field(default_factory=list)

    def named(self, name: str) -> list[Span]:
        """The spans of that name."""
        return [span for span in self.spans if span.name == name]

    def path_of(self, span: Span) -> list[str]:
        """The names from the root down to this span."""
        by_id = {one.span_id: one for one in self.spans}
        path = [span.name]
        while span.parent_id in by_id:
            span = by_id[span.parent_id]
            path.insert(0, span.name)
        return path


@asynccontextmanager
async def running_receiver() -> AsyncIterator[Received]:
    """The collector, while it runs."""
    received = Received()

    async def take(request: web.Request) -> web.Response:
        body = await request.read()
        received.raw += body
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            for scope in resource.scope_spans:
                received.spans += [_span(one) for one in scope.spans]
        answer = ExportTraceServiceResponse().SerializeToString()
        return web.Response(body=answer, content_type="application/x-protobuf")

    app = web.Application()
    app.router.add_post("/v1/traces", take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, HOST, 0)
    await site.start()
    received.address = f"http://{HOST}:{runner.addresses[0][1]}"
    yield received
    await runner.cleanup()


def _span(sent: Any) -> Span:
    facts = {one.key: getattr(one.value, str(one.value.WhichOneof("value"))) for one in sent.attributes}
    return Span(
        name=sent.name,
        trace_id=sent.trace_id.hex(),
        span_id=sent.span_id.hex(),
        parent_id=sent.parent_span_id.hex(),
        kind=sent.kind,
        facts=facts,
        linked=tuple(link.trace_id.hex() for link in sent.links),
    )
