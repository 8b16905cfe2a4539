"""When a campaign is to fire, as a company says it."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct


class ScheduleKind(StrEnum):
    """How a campaign comes to fire."""

    ON_DEMAND = "on_demand"
    ONCE = "once"
    RECURRING = "recurring"


class Schedule(Struct, frozen=True, kw_only=True):
    """When a campaign fires. `at` is wall time in `time_zone` (the company's when None).

    For RECURRING, `at` is the rule's first possible time and `rule` an RFC 5545 RRULE without DTSTART.
    """

    kind: ScheduleKind = ScheduleKind.ON_DEMAND
    at: datetime | None = None
    rule: str | None = None
    time_zone: str | None = None
