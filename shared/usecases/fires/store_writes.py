"""Create messages, failures and batches: a batch and its messages in one commit."""

import asyncio
from collections.abc import Awaitable, Iterable, Sequence
from functools import partial
from typing import Any

from google.api_core.exceptions import AlreadyExists

from shared.domain.fires.queueing import Writes
from shared.domain.messages.batch import Batch
from shared.domain.messages.message import Message
from shared.domain.stored_size import cut, stored_bytes
from shared.firestore.kit.collection import Collection
from shared.firestore.kit.too_large import TooLarge
from shared.firestore.kit.transactions import commit, commit_part
from shared.firestore.kit.wire import Writer
from shared.runtime import Runtime

OTHERS_PER_COMMIT = 100
COMMITS_AT_ONCE = 8
Create = tuple[Collection[Any], str, object]
Together = list[Create]  # what is stored in one commit or not at all


class AlreadyTaken(Exception):
    """An id to be created exists: another chunk's duplicate, or our own commit that was applied before.

    `messages` are those that were not stored.
    """

    def __init__(self, messages: Sequence[Message] = ()) -> None:
        super().__init__(f"{len(messages)} messages were not stored: one of their ids is taken.")
        self.messages = tuple(messages)


class BatchesTooLarge(Exception):
    """The database took some of the batches for too large; `messages` are theirs."""

    def __init__(self, messages: Sequence[Message]) -> None:
        super().__init__(f"{len(messages)} messages were not stored: their batches are too large.")
        self.messages = tuple(messages)


async def store_writes(runtime: Runtime, company_id: str, writes: Writes) -> None:
    """Create everything. What was committed by the time of an error stays.

    What goes without a batch is stored when the batches are: it may say of which message it is a duplicate.
    Raises AlreadyTaken when an id exists, BatchesTooLarge, and TooLarge for what goes without a batch.
    """
    stores, gate = runtime.stores, asyncio.Semaphore(COMMITS_AT_ONCE)

    add, with_claim = partial(_create, company_id), partial(_with_claim, runtime, writes)

    async def store_batch(batch: Batch) -> None:
        messages = writes.of_batch(batch)
        async with gate:
            writer = stores.db.batch()
            members = [create for message in messages for create in with_claim(message)]
            add(writer, [(stores.batches, batch.id, batch), *members])
            try:
                await commit(writer, "store_writes")
            except AlreadyExists as error:
                raise AlreadyTaken(messages) from error
            except TooLarge as error:
                raise BatchesTooLarge(messages) from error

    async def store_others(part: Sequence[Together]) -> None:
        async with gate:
            await commit_part(stores.db, part, add, "store_writes")

    without_batch = writes.without_batch()
    await _all_stored(map(store_batch, writes.batches), without_batch)
    others = [with_claim(message) for message in without_batch]
    others += [[(stores.failures, failure.id, failure)] for failure in writes.failures]
    parts = cut(others, _bytes_of, most=OTHERS_PER_COMMIT)
    try:
        await asyncio.gather(*map(store_others, parts))
    except AlreadyExists as error:
        raise AlreadyTaken(without_batch) from error


def _with_claim(runtime: Runtime, writes: Writes, message: Message) -> Together:
    stores, claim, invite = runtime.stores, writes.claims.get(message.id), writes.invites.get(message.id)
    claiming: list[Create] = [(stores.text_claims, claim.id, claim)] if claim else []
    claiming += [(stores.invites, invite.id, invite)] if invite else []
    return [(stores.messages, message.id, message), *claiming]


def _create(company_id: str, writer: Writer, together: Together) -> None:
    for collection, item_id, record in together:
        collection.create(writer, company_id, item_id, record)


def _bytes_of(together: Together) -> int:
    return sum(stored_bytes(record) for _, _, record in together)


async def _all_stored(storing: Iterable[Awaitable[None]], without_batch: Sequence[Message]) -> None:
    """Wait for the batches, and raise what must be looked at first: what is unexpected, batches that are too
    large, then ids taken. Then what goes without a batch is not stored either.
    """
    results = await asyncio.gather(*storing, return_exceptions=True)
    errors = [result for result in results if isinstance(result, BaseException)]
    for error in errors:
        if not isinstance(error, AlreadyTaken | BatchesTooLarge):
            raise error
    for kind in (BatchesTooLarge, AlreadyTaken):
        found = [error for error in errors if isinstance(error, kind)]
        refused = [message for error in found for message in error.messages]
        if kind is AlreadyTaken:
            refused += without_batch
        if found:
            raise kind(refused) from found[0]
