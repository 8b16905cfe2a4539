"""How many pushes may be under way at once: Pub/Sub's push window, which opens with success."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

FIRST = 4  # "a small single-digit window size"


class PushWindow:
    """Grows by one with each success, which doubles it with each round, and halves with each failure.

    `limit` is what the function's instances take at once; Cloud Run would let the others wait.
    https://cloud.google.com/pubsub/docs/push#push_delivery_rate
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._size = min(FIRST, limit)
        self._taken = 0
        self._changed = asyncio.Condition()

    @property
    def free(self) -> int:
        """How many more pushes may start now."""
        return max(0, self._size - self._taken)

    async def wait_free(self) -> int:
        """Wait until a push may start; how many may."""
        async with self._changed:
            await self._changed.wait_for(lambda: self.free)
            return self.free

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """A place in the window, waited for."""
        async with self._changed:
            await self._changed.wait_for(lambda: self.free)
            self._taken += 1
        try:
            yield
        finally:
            await self._change(taken=-1)

    async def learn(self, *, is_success: bool) -> None:
        """Open or close the window by the outcome of one push."""
        size = self._size + 1 if is_success else self._size // 2
        self._size = max(1, min(self._limit, size))
        await self._change()

    async def _change(self, taken: int = 0) -> None:
        async with self._changed:
            self._taken += taken
            self._changed.notify_all()
