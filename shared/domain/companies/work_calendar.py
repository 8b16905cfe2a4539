"""On which days a company works."""

from datetime import date

from msgspec import Struct


class WorkCalendar(Struct, frozen=True, kw_only=True):
    """A company's working days.

    `days` are ISO weekdays (Monday is 1). Public holidays are no working days while `keeps_holidays`: those
    of `holiday_country` (US, US-FL, US+US-FL), or of the company's region where it is None. Nor are
    `closed_days`.
    """

    days: tuple[int, ...] = (1, 2, 3, 4, 5)
    keeps_holidays: bool = True
    holiday_country: str | None = None
    closed_days: tuple[date, ...] = ()
