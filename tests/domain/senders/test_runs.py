"""Runs: no more messages in one than it may have, and none begins before the one before has had its time."""

from hypothesis import given
from hypothesis import strategies as some

from shared.domain.senders.pacing import batch_size, chunk_offset_seconds, sending_seconds
from shared.domain.senders.run_limits import RunLimits

RUNS = RunLimits()


def test_a_run_has_fifty_messages_or_what_a_slow_sender_sends() -> None:
    assert (batch_size(1, RUNS), batch_size(100, RUNS), batch_size(0.1, RUNS)) == (50, 50, 20)
    assert batch_size(1) == 100


def test_a_run_begins_when_the_one_before_has_had_its_minute() -> None:
    starts = [chunk_offset_seconds(number * 50, 1, RUNS) for number in range(4)]
    assert starts == [0, 60, 120, 180]
    assert chunk_offset_seconds(120, 1, RUNS) == 140  # twenty of the third run


def test_at_a_pace_for_which_a_minute_is_too_short_a_run_begins_when_all_of_it_could_have_gone() -> None:
    assert chunk_offset_seconds(100, 0.5, RUNS) == 200


def test_a_sender_is_taken_for_all_of_the_last_runs_time() -> None:
    assert [sending_seconds(count, 1, RUNS) for count in (0, 1, 50, 51)] == [0, 60, 60, 120]
    assert sending_seconds(51, 2) == 25.5


@given(
    rate=some.floats(0.05, 4_000),
    pace=some.floats(0.1, 1_000),
    size=some.integers(1, 100),
    seconds=some.integers(1, 300),
    before=some.integers(0, 5_000),
    more=some.integers(1, 300),
)
def test_never_faster_than_the_sender_nor_the_runs(
    rate: float, pace: float, size: int, seconds: int, before: int, more: int
) -> None:
    runs = RunLimits(size=size, seconds=seconds, per_second=pace)
    passed = chunk_offset_seconds(before + more, rate, runs) - chunk_offset_seconds(before, rate, runs)
    assert passed >= more / min(rate, pace) * (1 - 1e-9)
