"""What is wrong with a contact window."""

from collections.abc import Iterator

from shared.domain.campaigns.public_holidays import check_holidays
from shared.domain.campaigns.window import ContactWindow
from shared.domain.errors import Problem
from shared.domain.place import check_time_zone


def check_window(window: ContactWindow) -> Iterator[Problem]:
    """What is wrong with it by itself, whatever the source."""
    if not window.days:
        yield Problem(field="window.days", reason="give at least one weekday, 1 (Monday) to 7")
    if len(set(window.days)) < len(window.days):
        yield Problem(field="window.days", reason="names a weekday twice")
    if window.holiday_country is not None and (fault := check_holidays(window.holiday_country)):
        yield Problem(field="window.holiday_country", reason=fault)
    if window.assumed_time_zone is not None:
        yield from check_time_zone("window.assumed_time_zone", window.assumed_time_zone)
    if window.half_days and window.half_days_close is None:
        yield Problem(field="window.half_days_close", reason="say when the window closes on half days")
    yield from _check_half_days_close(window)


def _check_half_days_close(window: ContactWindow) -> Iterator[Problem]:
    closes, last = window.half_days_close, window.closes
    if closes is None or (window.opens < closes and not (window.opens < last <= closes)):
        return
    reason = f"must lie between {window.opens:%H:%M} and {last:%H:%M}, when the window opens and closes"
    yield Problem(field="window.half_days_close", reason=reason)
