"""A place in a trace is read from either header, and never guessed."""

import pytest

from shared.domain.trace_place import CLOUD_TRACE, TRACEPARENT, TracePlace, read_place

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
PLACE = TracePlace(trace_id=TRACE, span_id=SPAN, is_sampled=True)


@pytest.mark.parametrize(
    ("carrier", "place"),
    [
        ({TRACEPARENT: f"00-{TRACE}-{SPAN}-01"}, PLACE),
        ({TRACEPARENT: f" 00-{TRACE}-{SPAN}-01 "}, PLACE),
        ({TRACEPARENT: f"cc-{TRACE}-{SPAN}-01-what-the-future-will-bring"}, PLACE),
        ({CLOUD_TRACE: f"{TRACE.upper()}/67667974448284343;o=1"}, PLACE),
        ({TRACEPARENT: "unreadable", CLOUD_TRACE: f"{TRACE}/67667974448284343;o=1"}, PLACE),
    ],
)
def test_a_place_is_read(carrier: dict[str, str], place: TracePlace) -> None:
    assert read_place(carrier) == place
    assert read_place({TRACEPARENT: place.traceparent}) == place


def test_whether_it_is_recorded_is_read_too() -> None:
    for carrier in ({TRACEPARENT: f"00-{TRACE}-{SPAN}-00"}, {CLOUD_TRACE: f"{TRACE}/67667974448284343"}):
        place = read_place(carrier)
        assert place is not None
        assert not place.is_sampled


@pytest.mark.parametrize(
    "carrier",
    [
        {},
        {TRACEPARENT: ""},
        {TRACEPARENT: f"ff-{TRACE}-{SPAN}-01"},
        {TRACEPARENT: f"00-{TRACE}-{SPAN}-01-more"},
        {TRACEPARENT: f"00-{'0' * 32}-{SPAN}-01"},
        {TRACEPARENT: f"00-{TRACE}-{'0' * 16}-01"},
        {TRACEPARENT: f"00-{TRACE.upper()}-{SPAN}-01"},
        {TRACEPARENT: f"00-{TRACE}-{SPAN}"},
        {CLOUD_TRACE: f"{TRACE}/0;o=1"},
        {CLOUD_TRACE: f"{TRACE}/{1 << 64};o=1"},
        {CLOUD_TRACE: TRACE},
    ],
)
def test_what_is_no_place_is_none(carrier: dict[str, str]) -> None:
    assert read_place(carrier) is None
