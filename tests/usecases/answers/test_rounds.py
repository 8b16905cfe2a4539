"""What comes together is done together; each hears of its own end."""

import asyncio
from collections.abc import Sequence

import pytest

from shared.rounds import Rounds


async def test_what_comes_together_is_one_round_and_a_key_has_its_own() -> None:
    rounds = Rounds[int](seconds=0.0, most=100)
    done: list[list[int]] = []

    async def run(items: Sequence[int]) -> None:
        done.append(sorted(items))

    await asyncio.gather(
        *(rounds.join("acme", [number], run) for number in range(5)), rounds.join("globex", [9], run)
    )
    assert done == [[0, 1, 2, 3, 4], [9]]
    await rounds.join("acme", [7], run)
    assert done[-1] == [7]


async def test_those_that_come_while_a_round_is_done_are_the_next_one() -> None:
    """One round of a key at a time: the second waits for the first, and gathers meanwhile."""
    rounds = Rounds[int](seconds=0.0, most=100)
    done: list[list[int]] = []
    go_on, first_runs = asyncio.Event(), asyncio.Event()

    async def run(items: Sequence[int]) -> None:
        first_runs.set()
        await go_on.wait()
        done.append(list(items))

    first = asyncio.create_task(rounds.join("acme", [1], run))
    await first_runs.wait()
    later = [asyncio.create_task(rounds.join("acme", [number], run)) for number in (2, 3)]
    for _ in range(10):  # turns of the loop in which they could begin, and must not
        await asyncio.sleep(0)
    later.append(asyncio.create_task(rounds.join("acme", [4], run)))
    await asyncio.sleep(0)
    assert done == []
    go_on.set()
    await asyncio.gather(first, *later)
    assert done == [[1], [2, 3, 4]]


async def test_a_full_round_takes_no_more() -> None:
    rounds = Rounds[int](seconds=0.0, most=10)
    sizes: list[int] = []

    async def run(items: Sequence[int]) -> None:
        sizes.append(len(items))

    await asyncio.gather(*(rounds.join("acme", [number, number], run) for number in range(12)))
    assert sizes == [10, 10, 4]


async def test_whoever_is_in_a_round_that_fails_is_told_and_the_next_is_another() -> None:
    rounds = Rounds[int](seconds=0.0, most=100)

    async def run(items: Sequence[int]) -> None:
        if 1 in items:
            raise ConnectionError("no database")

    told = await asyncio.gather(*(rounds.join("acme", [n], run) for n in range(3)), return_exceptions=True)
    assert [type(one) for one in told] == [ConnectionError] * 3
    await rounds.join("acme", [2], run)


async def test_who_goes_away_leaves_its_items_in_the_round() -> None:
    rounds = Rounds[int](seconds=0.0, most=100)
    done: list[int] = []

    async def run(items: Sequence[int]) -> None:
        done.extend(items)

    gone = asyncio.create_task(rounds.join("acme", [1], run))
    await asyncio.sleep(0)
    gone.cancel()
    await rounds.join("acme", [2], run)
    with pytest.raises(asyncio.CancelledError):
        await gone
    assert done == [1, 2]
