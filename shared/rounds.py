"""Work that is done in rounds: what comes while a round is gathered is done together.

Under load a round costs hardly more than one of its items would; alone an item waits for the gathering.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar
from weakref import WeakValueDictionary

from msgspec import Struct

T = TypeVar("T")


class _Round(Struct, Generic[T], frozen=True):
    """Items that are done together, and the task that does them."""

    items: list[T]
    task: asyncio.Task[None]


class Rounds(Generic[T]):
    """Rounds by key (a company's id), one at a time for each: gathered for `seconds`, of `most` items.

    One `join` brings all its items into the same round, which may so be larger.
    """

    def __init__(self, seconds: float, most: int) -> None:
        self._seconds = seconds
        self._most = most
        self._gathered: dict[str, _Round[T]] = {}
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._running: set[asyncio.Task[None]] = set()  # a task that nobody holds may vanish

    async def join(self, key: str, items: Sequence[T], run: Callable[[Sequence[T]], Awaitable[None]]) -> None:
        """Return when the items are done: by `run`, or that of whoever began the round. Raises what it does.

        Whoever is cancelled leaves its items in the round.
        """
        current = self._gathered.get(key)
        if current is None or len(current.items) >= self._most:
            current = self._gathered[key] = self._begin(key, run)
        current.items.extend(items)
        await asyncio.shield(current.task)

    def _begin(self, key: str, run: Callable[[Sequence[T]], Awaitable[None]]) -> _Round[T]:
        items: list[T] = []
        task = asyncio.create_task(self._do(key, items, run))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return _Round(items, task)

    async def _do(self, key: str, items: list[T], run: Callable[[Sequence[T]], Awaitable[None]]) -> None:
        await asyncio.sleep(self._seconds)
        async with self._turns.setdefault(key, asyncio.Lock()):
            gathered = self._gathered.get(key)
            if gathered is not None and gathered.items is items:  # until its turn came others could join
                del self._gathered[key]
            await run(items)
