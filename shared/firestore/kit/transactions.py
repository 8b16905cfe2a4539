"""Transactions and write batches that are tried again when Firestore is unsure, within bounds."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from google.api_core.exceptions import Aborted
from google.cloud.firestore import AsyncClient, AsyncTransaction, AsyncWriteBatch, async_transactional

from shared import faults, metering, tracing
from shared.domain.errors import Unavailable
from shared.domain.fires.fire_cost import Unit
from shared.faults import Point
from shared.firestore.kit.retries import UNSURE

R = TypeVar("R")
Transaction = AsyncTransaction
ATTEMPTS = 8


class ContentionError(Unavailable):
    """A transaction could not be finished in any of its attempts."""


async def transact(
    db: AsyncClient, body: Callable[[AsyncTransaction], Awaitable[R]], point: Point | None = None
) -> R:
    """Run `body` in a transaction and return what it returned when it was committed.

    `body` may run again after a commit that was applied although it reported an error, so it must
    recognise its own work (by token or computed id). `point` names it as a fault point.
    Raises ContentionError after eight attempts.
    """
    with tracing.span(point), faults.step(point):
        return await _until_sure(lambda: _run_once(db, body))


async def commit(writer: AsyncWriteBatch, point: Point | None = None) -> None:
    """Commit the writes. `point` names it as a fault point.

    It may be repeated after it was applied: what only sets is written again, what creates then raises
    AlreadyExists. Raises ContentionError after eight attempts.
    """
    with tracing.span(point), faults.step(point):
        await _until_sure(lambda: _commit_once(writer))


async def _until_sure(run: Callable[[], Awaitable[R]]) -> R:
    last: Exception | None = None
    for attempt in range(ATTEMPTS):
        try:
            return await run()
        except (Aborted, *UNSURE) as error:
            last = error
        except ValueError as error:  # what the client raises when its own attempts are used up
            if not isinstance(error.__cause__, Aborted):
                raise
            last = error
        await asyncio.sleep(random.uniform(0.5, 1.0) * 0.05 * 2**attempt)  # noqa: S311 - jitter
    raise ContentionError(f"no commit in {ATTEMPTS} attempts") from last


async def _run_once(db: AsyncClient, body: Callable[[AsyncTransaction], Awaitable[R]]) -> R:
    writes = 0

    @async_transactional
    async def run(transaction: AsyncTransaction) -> R:
        nonlocal writes
        result = await body(transaction)
        writes = len(transaction)  # the commit empties it
        return result

    with _billed(lambda: writes):
        result: R = await run(db.transaction(max_attempts=1))
    return result


async def _commit_once(writer: AsyncWriteBatch) -> None:
    with _billed(lambda: len(writer)):
        await writer.commit()


@contextmanager
def _billed(writes: Callable[[], int]) -> Iterator[None]:
    """Count the writes of a commit that was applied, or may have been."""
    try:
        yield
    except UNSURE:
        metering.count(Unit.WRITES, writes())
        raise
    metering.count(Unit.WRITES, writes())
