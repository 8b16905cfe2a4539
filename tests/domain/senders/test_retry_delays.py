"""How long what was refused for now waits: 5 s, doubling, ten minutes at most; nearly two hours in all."""

import pytest

from shared.domain.messages.message import MAX_ATTEMPTS
from shared.domain.senders.pacing import retry_delay_seconds


@pytest.mark.parametrize(
    ("attempt", "seconds"),
    [(0, 0), (1, 5), (2, 10), (3, 20), (4, 40), (5, 80), (6, 160), (7, 320), (8, 600), (9, 600), (16, 600)],
)
def test_delays_double_up_to_ten_minutes(attempt: int, seconds: float) -> None:
    assert retry_delay_seconds(attempt) == seconds


def test_all_attempts_together_take_nearly_two_hours() -> None:
    waits = sum(retry_delay_seconds(attempt) for attempt in range(1, MAX_ATTEMPTS))
    assert 1.5 * 3600 < waits < 2 * 3600
