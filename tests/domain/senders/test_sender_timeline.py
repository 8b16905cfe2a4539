"""A sender's timeline: no two fires at once, and no gap left unused."""

from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.senders.sender_timeline import SenderTimeline, release, reserve
from tests.kit.builders import NOON

Request = tuple[int, int]
REQUESTS = st.lists(st.tuples(st.integers(0, 600), st.integers(1, 300)), max_size=12)


def at(seconds: int) -> datetime:
    return NOON + timedelta(seconds=seconds)


def filled(requests: list[Request]) -> SenderTimeline:
    timeline = SenderTimeline(id="texts")
    for number, (earliest, length) in enumerate(requests):
        timeline, _ = reserve(timeline, f"f{number}", f"f{number}", at(earliest), length, NOON)
    return timeline


def is_free(timeline: SenderTimeline, start: datetime, length: int) -> bool:
    end = start + timedelta(seconds=length)
    return all(end <= r.starts_at or r.ends_at <= start for r in timeline.reservations)


@given(REQUESTS)
def test_reservations_are_in_order_and_never_overlap(requests: list[Request]) -> None:
    held = filled(requests).reservations
    assert all(first.ends_at <= second.starts_at for first, second in pairwise(held))


@given(REQUESTS, st.integers(0, 600), st.integers(1, 300))
def test_the_first_gap_that_is_long_enough_is_taken(
    requests: list[Request], earliest: int, length: int
) -> None:
    timeline = filled(requests)
    _, start = reserve(timeline, "new", "new", at(earliest), length, NOON)
    ends = [r.ends_at for r in timeline.reservations if r.ends_at > at(earliest)]
    candidates = sorted([at(earliest), *ends])
    assert start == next(moment for moment in candidates if is_free(timeline, moment, length))


@given(REQUESTS)
def test_asked_again_a_fire_gets_the_same_time(requests: list[Request]) -> None:
    timeline, start = reserve(filled(requests), "mine", "mine", at(30), 60, NOON)
    assert reserve(timeline, "mine", "mine", at(400), 60, NOON) == (timeline, start)


def test_released_and_ended_time_is_given_to_others() -> None:
    timeline = filled([(0, 100), (0, 100)])
    assert reserve(timeline, "new", "new", at(0), 50, NOON)[1] == at(200)
    assert reserve(release(timeline, "f0"), "new", "new", at(0), 50, NOON)[1] == at(0)
    later, start = reserve(timeline, "new", "new", at(150), 50, at(150))
    assert start == at(200)
    assert [r.fire_id for r in later.reservations] == ["f1", "new"]


def test_a_gap_that_fits_to_the_second_is_taken() -> None:
    timeline = filled([(0, 100), (160, 100)])
    assert reserve(timeline, "new", "new", at(0), 60, NOON)[1] == at(100)
    assert reserve(timeline, "new", "new", at(0), 61, NOON)[1] == at(260)


def test_time_that_ends_now_is_over() -> None:
    timeline = filled([(0, 100)])
    later, _ = reserve(timeline, "new", "new", at(100), 10, at(100))
    assert [one.key for one in later.reservations] == ["new"]
