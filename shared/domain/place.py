"""Time zones and regions as companies, sources and senders name them."""

from functools import cache
from zoneinfo import available_timezones

import phonenumbers

from shared.domain.errors import Problem


@cache
def _zones() -> frozenset[str]:
    return frozenset(name for name in available_timezones() if "/" in name or name == "UTC")


def check_time_zone(field: str, name: str) -> tuple[Problem, ...]:
    """What is wrong with an IANA time zone."""
    if name in _zones():
        return ()
    reason = f"{name[:50]!r} is not a time zone; write one as America/New_York"
    return (Problem(field=field, reason=reason),)


def check_region(field: str, region: str) -> tuple[Problem, ...]:
    """What is wrong with a region (ISO 3166) in which numbers without a country code are read."""
    if region in phonenumbers.SUPPORTED_REGIONS:
        return ()
    reason = f"{region[:50]!r} is not a region; write two capital letters, such as US"
    return (Problem(field=field, reason=reason),)
