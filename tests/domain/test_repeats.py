"""Announcements of what nobody takes come later each time."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.domain.repeats import NO_REPEATS, Repeats

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
GRACE = timedelta(minutes=10)


def test_the_first_is_due_at_once() -> None:
    assert NO_REPEATS.is_due(NOON, GRACE)
    assert NO_REPEATS.after(NOON) == Repeats(count=1, last_at=NOON)


# 10 minutes doubled with each announcement: 20, 40; then 80 and 10 * 2**500 are more than the longest wait.
@pytest.mark.parametrize(("count", "minutes"), [(1, 20), (2, 40), (3, 60), (500, 60)])
def test_the_wait_doubles_up_to_an_hour(count: int, minutes: int) -> None:
    repeats = Repeats(count=count, last_at=NOON)
    due = NOON + timedelta(minutes=minutes)
    assert repeats.is_due(due, GRACE)
    assert not repeats.is_due(due - timedelta(microseconds=1), GRACE)
