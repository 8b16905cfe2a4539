"""The grid of a mailbox's day: every slot is its own, and what comes later fills what is missing."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.sequences.spacing import slots_of, spread_between

DAY = 8 * 3600


@given(st.integers(1, 400), st.integers(1, 600), st.data())
def test_an_email_on_the_grid_holds_its_own_slot(capacity: int, length: int, data: st.DataObject) -> None:
    parts = [(0, length, 0, length)]
    grid, _ = slots_of(parts, capacity, [], 0)
    taken = data.draw(st.sets(st.sampled_from(grid)))
    free, held = slots_of(parts, capacity, taken, 0)
    assert set(held) == taken
    assert set(free) == set(grid) - taken


@given(st.integers(1, 40), st.lists(st.integers(0, DAY - 1), max_size=40), st.data())
def test_so_many_as_are_asked_for_are_chosen_each_once_and_in_order(
    capacity: int, taken: list[int], data: st.DataObject
) -> None:
    free, held = slots_of([(0, DAY, 0, DAY)], capacity, taken, 0)
    count = data.draw(st.integers(0, len(free)))
    chosen = spread_between(free, held, count)
    assert len(chosen) == count
    assert chosen == sorted(set(chosen))
    assert set(chosen) <= set(free)


@given(st.integers(2, 60).map(lambda half: 2 * half))
def test_the_second_half_of_a_day_falls_between_the_first(capacity: int) -> None:
    parts = [(0, DAY, 0, DAY)]
    first = spread_between(*slots_of(parts, capacity, [], 0), capacity // 2)
    second = spread_between(*slots_of(parts, capacity, first, 0), capacity // 4)
    gaps = [b - a for a, b in pairwise(second)]
    assert max(gaps, default=0) <= 7 * DAY // capacity


def test_one_who_comes_alone_to_a_day_with_one_email_is_half_a_day_away() -> None:
    free, held = slots_of([(0, DAY, 0, DAY)], 30, [0], 0)
    assert spread_between(free, held, 1) == [DAY // 2]
