"""When a company's people may be contacted, where a new campaign says nothing else."""

from collections.abc import Iterator
from datetime import time

from msgspec import Struct

from shared.domain.errors import Problem

WEEK = (1, 2, 3, 4, 5, 6, 7)


class ContactHours(Struct, frozen=True, kw_only=True):
    """What a new campaign's contact window begins with, as ContactWindow has it."""

    days: tuple[int, ...] = WEEK
    opens: time = time(9, 0)
    closes: time = time(20, 0)
    keeps_quiet_hours: bool = False


USUAL_HOURS = ContactHours()


def check_hours(hours: ContactHours) -> Iterator[Problem]:
    """What is wrong with the hours."""
    if not hours.days or set(hours.days) - set(WEEK):
        yield Problem(field="days", reason="give at least one weekday, 1 (Monday) to 7")
    if len(set(hours.days)) < len(hours.days):
        yield Problem(field="days", reason="names a weekday twice")
