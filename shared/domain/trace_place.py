"""A place in a trace, as calls carry it from one process to the next."""

import re
from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

SpanKind = Literal["internal", "server", "consumer", "producer", "client"]
Fact = str | int | float | bool  # what a span may carry
TRACEPARENT = "traceparent"  # https://www.w3.org/TR/trace-context/#traceparent-header
CLOUD_TRACE = "x-cloud-trace-context"  # https://cloud.google.com/trace/docs/trace-context#legacy-http-header
_W3C = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")
_CLOUD = re.compile(r"([0-9a-fA-F]{32})/([0-9]{1,20})(?:;o=([0-9]+))?")


class TracePlace(Struct, frozen=True, kw_only=True):
    """One span of one trace: 32 and 16 hex digits, and whether whoever began it records it."""

    trace_id: str
    span_id: str
    is_sampled: bool

    @property
    def traceparent(self) -> str:
        """As the W3C's header has it."""
        return f"00-{self.trace_id}-{self.span_id}-{'01' if self.is_sampled else '00'}"


def read_place(carrier: Mapping[str, str]) -> TracePlace | None:
    """The place in request headers or message attributes; None when there is none that can be read."""
    return _of_w3c(carrier.get(TRACEPARENT, "")) or _of_cloud(carrier.get(CLOUD_TRACE, ""))


def _of_w3c(text: str) -> TracePlace | None:
    match = _W3C.fullmatch(text.strip())
    if match is None or match[1] == "ff" or (match[1] == "00" and match[5]):
        return None
    return _place(match[2], match[3], is_sampled=bool(int(match[4], 16) & 1))


def _of_cloud(text: str) -> TracePlace | None:
    match = _CLOUD.fullmatch(text.strip())
    if match is None or int(match[2]) >= 1 << 64:
        return None
    return _place(match[1].lower(), f"{int(match[2]):016x}", is_sampled=int(match[3] or 0) & 1 == 1)


def _place(trace_id: str, span_id: str, *, is_sampled: bool) -> TracePlace | None:
    if not int(trace_id, 16) or not int(span_id, 16):  # all zeros stand for none
        return None
    return TracePlace(trace_id=trace_id, span_id=span_id, is_sampled=is_sampled)
