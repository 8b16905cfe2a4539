"""From where a request comes: what our own fronts saw, and nothing that the caller writes."""

import pytest
from starlette.requests import Request

from functions.caller_address import address_of


def _request(*forwarded: str, peer: str = "10.0.0.1") -> Request:
    headers = [(b"x-forwarded-for", one.encode()) for one in forwarded]
    return Request({"type": "http", "headers": headers, "client": (peer, 1)})


@pytest.mark.parametrize(
    ("forwarded", "hops", "expected"),
    [
        (["203.0.113.7"], 1, "203.0.113.7"),  # Cloud Run
        (["1.2.3.4, 203.0.113.7"], 1, "203.0.113.7"),
        (["1.2.3.4", "203.0.113.7"], 1, "203.0.113.7"),
        (["203.0.113.7, 198.51.100.1"], 2, "203.0.113.7"),  # a balancer before it
        (["1.2.3.4, 203.0.113.7,198.51.100.1"], 2, "203.0.113.7"),
        (["203.0.113.7"], 2, "203.0.113.7"),
        (["1.2.3.4"], 0, "10.0.0.1"),  # nothing before it
        ([], 1, "10.0.0.1"),
        ([" , "], 1, "10.0.0.1"),
        (["::ffff:203.0.113.7"], 1, "203.0.113.7"),
        (["2001:db8:1:2:3:4:5:6"], 1, "2001:db8:1:2::/64"),
        (["2001:DB8:1:2::9"], 1, "2001:db8:1:2::/64"),
        (["x" * 500], 1, "x" * 64),
    ],
)
def test_the_caller_is_who_our_first_front_saw(forwarded: list[str], hops: int, expected: str) -> None:
    assert address_of(_request(*forwarded), hops) == expected


def test_without_a_peer_it_is_nowhere() -> None:
    assert address_of(Request({"type": "http", "headers": [], "client": None}), 1) == ""
