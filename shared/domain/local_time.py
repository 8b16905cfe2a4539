"""What a wall time means in a time zone: the one rule for times that clock changes skip or double.

It is that of calendars (RFC 5545, 3.3.5): a time that clocks skip moves forward by the gap, and one that
comes twice is its first. Cells, expiry and schedules all ask here. A contact window's borders do not: of two
readings they take the one that makes the window shorter (shared/domain/campaigns/window.py).
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

_SECOND = timedelta(seconds=1)


def moment_at(wall: datetime, zone: ZoneInfo) -> datetime:
    """The moment (UTC) at which clocks in `zone` show `wall`, which has no offset.

    PEP 495: with fold 0 a doubled time is the first, and a skipped one is read with the offset from before
    the gap. Raises OverflowError at the ends of the calendar.
    """
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)


def clock_words(moment: datetime, time_zone: str) -> str:
    """When that is, as people of the zone (IANA) say it: 2026-11-30 at 09:00 (America/New_York)."""
    return f"{moment.astimezone(ZoneInfo(time_zone)):%Y-%m-%d at %H:%M} ({time_zone})"


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The last second (UTC) that is `day` in `zone`, also where clocks change around midnight.

    A day that a zone skips as a whole (Apia, 2011-12-30) ends as the rule above moves its last second.
    Raises OverflowError at the ends of the calendar.
    """
    midnight = datetime.combine(day + timedelta(days=1), time(0))
    both = {midnight.replace(tzinfo=zone, fold=fold).astimezone(UTC) - _SECOND for fold in (0, 1)}
    last = max((end for end in both if end.astimezone(zone).date() == day), default=None)
    return last or moment_at(datetime.combine(day, time(23, 59, 59)), zone)


@lru_cache(maxsize=4096)  # the rows of a file share their days, and often their times
def moment_of(text: str, time_zone: str) -> datetime:
    """The moment an ISO date or date-time means; a date alone means its last second.

    What has no offset is read in `time_zone` (IANA), by the rule above. Raises
    ValueError.
    """
    zone = ZoneInfo(time_zone)
    if len(text) == len("2026-11-30"):
        return end_of_day(date.fromisoformat(text), zone)
    moment = datetime.fromisoformat(text)
    return moment.astimezone(UTC) if moment.tzinfo else moment_at(moment, zone)
