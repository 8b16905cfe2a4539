"""Commits that are applied long after their caller was told that they failed."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import grpc
from google.cloud.firestore_v1.types import CommitRequest, RollbackRequest


class LateCommits:
    """Those under way; a rollback of one of them comes too late."""

    def __init__(self) -> None:
        self.applied = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._transactions: set[bytes] = set()

    def take(self, request: bytes, send: Callable[[bytes], Awaitable[None]], seconds: float) -> None:
        """Send the commit in so many seconds, whatever comes of it."""
        transaction = CommitRequest.deserialize(request).transaction
        self._transactions.add(transaction)

        async def apply() -> None:
            await asyncio.sleep(seconds)
            with suppress(grpc.aio.AioRpcError):
                await send(request)
                self.applied += 1
            self._transactions.discard(transaction)

        task = asyncio.create_task(apply())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def outrun(self, rollback: bytes) -> bool:
        """Whether this rollback is of a commit that is under way."""
        return RollbackRequest.deserialize(rollback).transaction in self._transactions

    async def all_done(self) -> None:
        """Wait until none is under way."""
        await asyncio.gather(*self._tasks)
