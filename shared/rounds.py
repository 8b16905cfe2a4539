"""Work that is done in rounds: what comes while a round is gathered is done together.

Under load a round costs hardly more than one of its items would; alone an item waits for the gathering.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar
from weakref import WeakValueDictionary

T = TypeVar("T")


@dataclass(slots=True)
class _Round(Generic[T]):
    """Items that are done together, and what ends with them."""

    items: list[T] = field(default_factory=list)
    done: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


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
            current = self._gathered[key] = _Round()
            task = asyncio.create_task(self._do(key, current, run))
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        current.items += items
        await asyncio.shield(current.done)

    async def _do(self, key: str, current: _Round[T], run: Callable[[Sequence[T]], Awaitable[None]]) -> None:
        try:
            await asyncio.sleep(self._seconds)
            async with self._turns.setdefault(key, asyncio.Lock()):
                if self._gathered.get(key) is current:  # while it waited for its turn others could still join
                    del self._gathered[key]
                await run(current.items)
        except asyncio.CancelledError:
            current.done.cancel()
            raise
        except BaseException as error:  # noqa: BLE001  # it is for those who wait
            current.done.set_exception(error)
            current.done.exception()  # it may be that nobody waits any more
            return
        current.done.set_result(None)
