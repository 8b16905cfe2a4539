"""Create messages, failures and batches: a batch and its messages in one commit."""

import asyncio
from collections.abc import Sequence
from typing import Any

from google.api_core.exceptions import AlreadyExists

from shared import faults
from shared.domain.queueing import Writes
from shared.firestore.collection import Collection
from shared.runtime import Runtime

WRITES_PER_COMMIT = 200
COMMITS_AT_ONCE = 8
Create = tuple[Collection[Any], str, object]


class AlreadyTaken(Exception):
    """An id to be created exists: another chunk's duplicate, or our own commit repeated by the client."""


async def store_writes(runtime: Runtime, company_id: str, writes: Writes) -> None:
    """Create everything. Raises AlreadyTaken when an id exists; what was committed by then stays."""
    stores = runtime.stores
    commits: list[list[Create]] = []
    for batch in writes.batches:
        members: list[Create] = [(stores.messages, m.id, m) for m in writes.of_batch(batch)]
        commits.append([(stores.batches, batch.id, batch), *members])
    rest: list[Create] = [(stores.messages, m.id, m) for m in writes.without_batch()]
    rest += [(stores.failures, f.id, f) for f in writes.failures]
    commits += [rest[n : n + WRITES_PER_COMMIT] for n in range(0, len(rest), WRITES_PER_COMMIT)]
    gate = asyncio.Semaphore(COMMITS_AT_ONCE)

    async def commit(creates: Sequence[Create]) -> None:
        async with gate:
            writer = stores.db.batch()
            for collection, item_id, record in creates:
                collection.create(writer, company_id, item_id, record)
            with faults.step("store_writes"):
                await writer.commit()

    results = await asyncio.gather(*(commit(creates) for creates in commits), return_exceptions=True)
    errors = [result for result in results if isinstance(result, BaseException)]
    for error in errors:
        if not isinstance(error, AlreadyExists):
            raise error
    if errors:
        raise AlreadyTaken from errors[0]
