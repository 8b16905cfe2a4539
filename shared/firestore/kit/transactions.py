"""Transactions and write batches that are tried again when Firestore is unsure, within bounds."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

from google.api_core.exceptions import Aborted
from google.cloud.firestore import AsyncClient, AsyncTransaction, AsyncWriteBatch, async_transactional
from msgspec import Struct

from shared import faults, metering, tracing
from shared.acting import current_act
from shared.domain.errors import Unavailable
from shared.domain.fires.fire_cost import Unit
from shared.faults import Point
from shared.firestore.kit.retries import COMMIT_RETRY, UNSURE, back_off
from shared.firestore.kit.too_large import TooLarge, too_large_said

R = TypeVar("R")
T = TypeVar("T")
Transaction = AsyncTransaction
ATTEMPTS = 8


class ContentionError(Unavailable):
    """A transaction could not be finished in any of its attempts."""


class Committed(Struct, Generic[R], frozen=True):
    """What a transaction returned, and when it was committed, by the database's clock.

    That is what all documents it changed say of when they were written. None when it wrote nothing.
    """

    result: R
    at: Any


async def transact(
    db: AsyncClient, body: Callable[[AsyncTransaction], Awaitable[R]], point: Point | None = None
) -> R:
    """Run `body` in a transaction and return what it returned when it was committed.

    `body` may run again after a commit that was applied although it reported an error, so it must
    recognise its own work (by token or computed id). `point` names it as a fault point.
    Raises ContentionError after eight attempts, and TooLarge.
    """
    return (await transact_at(db, body, point)).result


async def transact_at(
    db: AsyncClient, body: Callable[[AsyncTransaction], Awaitable[R]], point: Point | None = None
) -> Committed[R]:
    """As `transact`, with the moment of the commit."""
    with tracing.span(point), faults.step(point):
        return await _until_sure(lambda: _run_once(db, body))


async def commit(writer: AsyncWriteBatch, point: Point | None = None) -> None:
    """Commit the writes. `point` names it as a fault point.

    It may be repeated after it was applied: what only sets is written again, what creates then raises
    AlreadyExists. Raises ContentionError after eight attempts, and TooLarge.
    """
    with tracing.span(point), faults.step(point):
        await _add_audit(writer._client, writer)
        await _until_sure(lambda: _commit_once(writer))


async def commit_part(
    db: AsyncClient,
    items: Sequence[T],
    add: Callable[[AsyncWriteBatch, T], None],
    point: Point | None = None,
) -> None:
    """Commit what `add` writes of each item, for items that need not be stored together.

    A part that the database finds too large all the same, as it counts index entries too, is halved.
    Otherwise as `commit`.
    """

    async def store(part: Sequence[T]) -> None:
        writer = db.batch()
        for item in part:
            add(writer, item)
        await commit(writer, point)

    await halving(items, store)


async def halving(items: Sequence[T], run: Callable[[Sequence[T]], Awaitable[R]]) -> list[R]:
    """What `run` returns for all items, or, while the database finds that too large, for each half of them.

    `run` does nothing before it raises TooLarge, as a transaction does. Raises that of a single item.
    """
    try:
        return [await run(items)]
    except TooLarge:
        if len(items) < 2:
            raise
    middle = len(items) // 2
    return [*await halving(items[:middle], run), *await halving(items[middle:], run)]


async def _add_audit(db: AsyncClient, writer: AsyncTransaction | AsyncWriteBatch) -> None:
    """Add to a commit what the audit log says of it, where somebody acts."""
    if current_act() is None:
        return
    # Here, as most functions act for nobody.
    from shared.firestore.kit.auditing import add_audit

    await add_audit(db, writer)


async def _until_sure(run: Callable[[], Awaitable[R]]) -> R:
    last: Exception | None = None
    for attempt in range(ATTEMPTS):
        try:
            with too_large_said():
                return await run()
        except (Aborted, *UNSURE) as error:
            last = error
        except ValueError as error:  # what the client raises when its own attempts are used up
            if not isinstance(error.__cause__, Aborted):
                raise
            last = error
        await back_off(attempt, 0.05)
    raise ContentionError(f"no commit in {ATTEMPTS} attempts") from last


async def _run_once(db: AsyncClient, body: Callable[[AsyncTransaction], Awaitable[R]]) -> Committed[R]:
    writes = 0
    transaction = db.transaction(max_attempts=1)

    @async_transactional
    async def run(transaction: AsyncTransaction) -> R:
        nonlocal writes
        result = await body(transaction)
        await _add_audit(db, transaction)
        writes = len(transaction._write_pbs)  # the commit empties it, and len() knows not what `wire` adds
        return result

    with _billed(lambda: writes):
        result: R = await run(transaction)
    # A deletion has no time of its own.
    written = (one.update_time for one in transaction.write_results or () if one.update_time)
    return Committed(result, max(written, default=None))


async def _commit_once(writer: AsyncWriteBatch) -> None:
    writes = len(writer._write_pbs)
    with _billed(lambda: writes):
        await writer.commit(retry=COMMIT_RETRY)


@contextmanager
def _billed(writes: Callable[[], int]) -> Iterator[None]:
    """Count the writes of a commit that was applied, or may have been."""
    try:
        yield
    except UNSURE:
        metering.count(Unit.WRITES, writes())
        raise
    metering.count(Unit.WRITES, writes())
