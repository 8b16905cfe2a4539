"""Create messages, failures and batches: a batch and its messages in one commit."""

import asyncio
from collections.abc import Sequence
from typing import Any

from google.api_core.exceptions import AlreadyExists

from shared.domain.fires.queueing import Writes
from shared.domain.messages.message import Message
from shared.firestore.kit.collection import Collection
from shared.firestore.kit.transactions import commit
from shared.runtime import Runtime

OTHERS_PER_COMMIT = 100
COMMITS_AT_ONCE = 8
Create = tuple[Collection[Any], str, object]


class AlreadyTaken(Exception):
    """An id to be created exists: another chunk's duplicate, or our own commit repeated by the client."""


async def store_writes(runtime: Runtime, company_id: str, writes: Writes) -> None:
    """Create everything. Raises AlreadyTaken when an id exists; what was committed by then stays."""
    stores = runtime.stores

    def with_claim(message: Message) -> list[Create]:
        claim = writes.claims.get(message.id)
        claiming: list[Create] = [(stores.text_claims, claim.id, claim)] if claim else []
        return [(stores.messages, message.id, message), *claiming]

    commits: list[list[Create]] = []
    for batch in writes.batches:
        members = [create for message in writes.of_batch(batch) for create in with_claim(message)]
        commits.append([(stores.batches, batch.id, batch), *members])
    others = [with_claim(message) for message in writes.without_batch()]
    others += [[(stores.failures, failure.id, failure)] for failure in writes.failures]
    for start in range(0, len(others), OTHERS_PER_COMMIT):
        commits.append([create for other in others[start : start + OTHERS_PER_COMMIT] for create in other])
    gate = asyncio.Semaphore(COMMITS_AT_ONCE)

    async def store(creates: Sequence[Create]) -> None:
        async with gate:
            writer = stores.db.batch()
            for collection, item_id, record in creates:
                collection.create(writer, company_id, item_id, record)
            await commit(writer, "store_writes")

    results = await asyncio.gather(*(store(creates) for creates in commits), return_exceptions=True)
    errors = [result for result in results if isinstance(result, BaseException)]
    for error in errors:
        if not isinstance(error, AlreadyExists):
            raise error
    if errors:
        raise AlreadyTaken from errors[0]
