"""What a sender may still send today, where it has a daily capacity."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

MOST_A_DAY = 1_000_000


class DayLeft(Struct, kw_only=True):
    """How many messages are left until `next_day` begins, counted down as they leave."""

    left: int
    next_day: datetime

    def take(self) -> bool:
        """Take one, if there is one."""
        if self.left <= 0:
            return False
        self.left -= 1
        return True


def day_around(now: datetime, time_zone: str) -> tuple[datetime, datetime]:
    """When the day began, and when the next one does, on that clock."""
    zone = ZoneInfo(time_zone)
    today = now.astimezone(zone).date()
    return datetime.combine(today, time(), zone), datetime.combine(today + timedelta(days=1), time(), zone)


def capacity_fault(capacity: int | None) -> str | None:
    """What is wrong with a daily capacity, if anything."""
    if capacity is None or 1 <= capacity <= MOST_A_DAY:
        return None
    return f"must be 1 to {MOST_A_DAY:,} messages a day, or empty for as many as its pace allows"
