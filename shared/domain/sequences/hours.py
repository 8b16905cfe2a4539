"""When a sequence sends by the clock of one zone, in seconds since 1970, day by day of the company."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from shared.domain.campaigns import window
from shared.domain.campaigns.window import ContactWindow
from shared.domain.local_time import moment_at

_DAY = timedelta(days=1)
# What of an opening lies on a day: its part [from, until), and the whole opening [start, end).
Part = tuple[int, int, int, int]


class Days:
    """The calendar days of one zone, by their number (date.toordinal)."""

    def __init__(self, time_zone: str) -> None:
        self._zone = ZoneInfo(time_zone)
        self._begins: dict[int, int] = {}

    def of(self, at: int) -> int:
        """The day on which that second is."""
        return datetime.fromtimestamp(at, self._zone).toordinal()

    def begins(self, day: int) -> int:
        """Its first second."""
        found = self._begins.get(day)
        if found is None:
            found = int(moment_at(datetime.combine(date.fromordinal(day), time(0)), self._zone).timestamp())
            self._begins[day] = found
        return found


class Hours:
    """The openings of a window in one zone, cut by the days of the company, whose days mailboxes have."""

    def __init__(self, rules: ContactWindow, time_zone: str, home: Days, since: int) -> None:
        self._rules, self._zones = rules, (time_zone,)
        self._own, self._home = Days(time_zone), home
        self._parts: dict[int, list[Part]] = {}
        self._known_to = home.begins(home.of(since))
        self._next: datetime | None = datetime.fromtimestamp(self._known_to, UTC)

    def on(self, day: int) -> list[Part]:
        """What is open on that day, in order."""
        ends = self._home.begins(day + 1)
        while self._next is not None and self._known_to < ends:
            self._add()
        return self._parts.get(day, [])

    def due_after(self, sent_at: int, wait_days: int) -> int:
        """From when on the next email is due: the day it was sent, and so many days."""
        return max(self._own.begins(self._own.of(sent_at) + wait_days), sent_at + 1)

    def first_open(self, at: int) -> date | None:
        """The first day, by its own clock, on which it opens from `at` on; None when it never does."""
        opens = _next_open(self._rules, self._zones, at)
        return None if opens is None else date.fromordinal(self._own.of(int(opens.timestamp())))

    def _add(self) -> None:
        opens = window.next_open(self._rules, self._zones, self._next) if self._next else None
        if opens is None:
            self._next = None
            return
        closes = window.closes_at(self._rules, self._zones, opens)
        start, end = int(opens.timestamp()), int(closes.timestamp())
        for day in range(self._home.of(start), self._home.of(end - 1) + 1):
            begin, until = max(start, self._home.begins(day)), min(end, self._home.begins(day + 1))
            self._parts.setdefault(day, []).append((begin, until, start, end))
        self._next, self._known_to = closes, end


@lru_cache(maxsize=4096)
def _next_open(rules: ContactWindow, zones: tuple[str, ...], at: int) -> datetime | None:
    return window.next_open(rules, zones, datetime.fromtimestamp(at, UTC))
