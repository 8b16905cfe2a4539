"""The demo waits as long as something moves, says what for, and says when nothing does."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from infra.local.waiting import NoProgress, wait_while_moving


def answers(*values: int) -> Callable[[], Awaitable[int]]:
    """Gives each value once, and the last one for ever."""
    left = list(values)

    async def look() -> int:
        return left.pop(0) if len(left) > 1 else left[0]

    return look


async def test_what_moves_slowly_is_waited_for_longer_than_what_stands_still() -> None:
    said: list[str] = []
    steps = [number for number in range(8) for _ in range(4)]  # 1.6 s in all, and 0.2 s for each change
    done = await wait_while_moving(
        "the count",
        answers(*steps, 8),
        lambda seen: seen == 8,
        say=said.append,
        pause=0.05,
        still_seconds=1.0,
        tell_seconds=0.5,
    )
    assert done == 8
    assert set(said) == {"Still waiting for the count"}
    assert len(said) >= 2


async def test_what_stands_still_is_given_up_with_what_was_waited_for() -> None:
    with pytest.raises(NoProgress, match=r"Waited for the count, and nothing has moved for 0\.2 seconds"):
        await wait_while_moving("the count", answers(1), lambda _: False, pause=0.01, still_seconds=0.2)


async def test_a_look_that_never_ends_is_given_up_too() -> None:
    async def look() -> int:
        await asyncio.Event().wait()
        return 1

    with pytest.raises(NoProgress, match="the count"):
        await wait_while_moving("the count", look, lambda _: True, pause=0.01, still_seconds=0.1)
