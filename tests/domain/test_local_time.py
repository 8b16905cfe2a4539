"""What a wall time means where clocks skip or double it, worked out by hand."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from shared.domain.local_time import end_of_day, moment_at

NEW_YORK, APIA, BERLIN = ZoneInfo("America/New_York"), ZoneInfo("Pacific/Apia"), ZoneInfo("Europe/Berlin")
HAVANA = ZoneInfo("America/Havana")


@pytest.mark.parametrize(
    ("wall", "zone", "moment"),
    [
        ("2026-07-01T09:00", NEW_YORK, datetime(2026, 7, 1, 13, tzinfo=UTC)),
        ("2026-12-01T09:00", NEW_YORK, datetime(2026, 12, 1, 14, tzinfo=UTC)),
        # Skipped on March 8, 2026: 2:30 is 3:30 of summer time.
        ("2026-03-08T02:30", NEW_YORK, datetime(2026, 3, 8, 7, 30, tzinfo=UTC)),
        # Doubled on November 1, 2026: the first 1:30, still of summer time.
        ("2026-11-01T01:30", NEW_YORK, datetime(2026, 11, 1, 5, 30, tzinfo=UTC)),
        ("2026-10-25T02:30", BERLIN, datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
    ],
)
def test_a_wall_time(wall: str, zone: ZoneInfo, moment: datetime) -> None:
    read = datetime.fromisoformat(wall)
    assert moment_at(read, zone) == moment_at(read.replace(fold=1), zone) == moment


@pytest.mark.parametrize(
    ("day", "zone", "end"),
    [
        (date(2026, 7, 1), NEW_YORK, datetime(2026, 7, 2, 3, 59, 59, tzinfo=UTC)),
        (date(2026, 11, 1), NEW_YORK, datetime(2026, 11, 2, 4, 59, 59, tzinfo=UTC)),
        # In Havana clocks go back from 1:00 to 0:00 on November 1, 2026, and on from 0:00 on March 8.
        (date(2026, 10, 31), HAVANA, datetime(2026, 11, 1, 3, 59, 59, tzinfo=UTC)),
        (date(2026, 3, 7), HAVANA, datetime(2026, 3, 8, 4, 59, 59, tzinfo=UTC)),
        # Samoa had no December 30, 2011: its last second is read by the clock of the day before (UTC-10).
        (date(2011, 12, 30), APIA, datetime(2011, 12, 31, 9, 59, 59, tzinfo=UTC)),
        (date(2011, 12, 29), APIA, datetime(2011, 12, 30, 9, 59, 59, tzinfo=UTC)),
    ],
)
def test_the_last_second_of_a_day(day: date, zone: ZoneInfo, end: datetime) -> None:
    assert end_of_day(day, zone) == end
