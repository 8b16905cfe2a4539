"""What the readers of appointments hand over, and how times become cells."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from msgspec import Struct, field

from shared.domain.files.appointments import CANCELED, CHANGE


class Entry(Struct, frozen=True, kw_only=True):
    """One record: its cells by column. With a `fault`, it cannot be taken; `column` is the one to blame."""

    values: dict[str, str]
    percent: int = 0
    fault: str | None = None
    column: str | None = None

    @property
    def is_canceled(self) -> bool:
        """Whether it takes an appointment back."""
        return self.values.get(CHANGE) == CANCELED


class Reader(Protocol):
    """A file of appointments, opened."""

    def entries(self) -> Iterator[Entry]:
        """Its appointments. Raises FileRefused."""

    def notes(self) -> list[str]:
        """What people should know of how it was read; complete when all is."""


class LeftOut(Struct):
    """What was left out while a file was read, and why, to be told."""

    counts: Counter[str] = field(default_factory=Counter)

    def add(self, why: str) -> None:
        """Count one more."""
        self.counts[why] += 1

    def notes(self) -> list[str]:
        """A sentence for each reason. A reason goes on from the words `1 appointment was`, or `2 … were`."""
        return [
            f"{count:,} appointments were {why}" if count > 1 else f"1 appointment was {why}"
            for why, count in self.counts.items()
        ]


def whole_day_cells(first: date, end: date, zone: ZoneInfo) -> dict[str, str]:
    """The cells of an all-day appointment that ends before the day `end`, as calendars say it."""
    last = max(first, end - timedelta(days=1))
    return {
        "start_date": first.isoformat(),
        "end": datetime.combine(last + timedelta(days=1), time(), zone).isoformat(),
        "all_day": "yes",
        "useful_until": datetime.combine(last, time(23, 59, 59), zone).isoformat(),
        "time_zone": zone.key,
    }


def moment_cells(start: datetime, end: datetime | None, zone: ZoneInfo) -> dict[str, str]:
    """The cells of an appointment at a time of the day; `zone` is where people say it."""
    # Through UTC and back: a wall time that a clock change skips moves forward by the gap.
    local = start.astimezone(UTC).astimezone(zone)
    return {
        "start": local.isoformat(),
        "start_date": local.date().isoformat(),
        "start_time": local.time().isoformat("minutes"),
        "end": end.astimezone(UTC).astimezone(zone).isoformat() if end else "",
        "all_day": "no",
        "useful_until": local.isoformat(),
        "time_zone": zone.key,
    }
