"""Wait for something as long as it moves: a busy machine is slow, and that is no fault."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")
Say = Callable[[str], None]
STILL_SECONDS = 120.0  # without any change: then it hangs
TELL_SECONDS = 15.0


class NoProgress(Exception):
    """What was waited for has not moved for too long."""


async def wait_while_moving(
    what: str,
    look: Callable[[], Awaitable[T]],
    is_done: Callable[[T], bool],
    *,
    say: Say = print,
    pause: float = 0.3,
    still_seconds: float = STILL_SECONDS,
    tell_seconds: float = TELL_SECONDS,
) -> T:
    """Look again until `is_done`; what was seen then. Whatever changes what is seen is progress.

    A look that itself takes too long saw nothing new. From time to time `say` says what is waited for.
    Raises NoProgress when nothing has changed for `still_seconds`.
    """
    moved_at = told_at = time.monotonic()
    last: list[T] = []
    while True:
        seen = await _seen(look, still_seconds)
        if any(map(is_done, seen)):
            return seen[0]
        now = time.monotonic()
        if seen and seen != last:
            last, moved_at = seen, now
        if now - moved_at >= still_seconds:
            raise NoProgress(f"Waited for {what}, and nothing has moved for {still_seconds:g} seconds.")
        if now - told_at >= tell_seconds:
            told_at = now
            say(f"Still waiting for {what}")
        await asyncio.sleep(pause)


async def _seen(look: Callable[[], Awaitable[T]], seconds: float) -> list[T]:
    """What one look saw; nothing, when it took too long."""
    try:
        async with asyncio.timeout(seconds):
            return [await look()]
    except TimeoutError:
        return []
