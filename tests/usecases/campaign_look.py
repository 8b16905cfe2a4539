"""Everything there is of a company at one moment, to be compared with the moment before."""

import asyncio
import re
from dataclasses import dataclass
from typing import TypeVar

from shared.domain.batch import Batch
from shared.domain.campaign import Campaign
from shared.domain.failure import Failure
from shared.domain.fire import Chunk, Fire, Ledger
from shared.domain.message import Message
from shared.firestore.collection import Collection
from shared.usecases.summarize_fire import count_ledger
from tests.usecases.clinic import Clinic

R = TypeVar("R")


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """Everything there is at one moment."""

    campaigns: dict[str, Campaign]
    fires: dict[str, Fire]
    chunks: dict[str, Chunk]
    batches: dict[str, Batch]
    messages: dict[str, Message]
    failures: dict[str, Failure]
    ledgers: dict[str, tuple[Ledger, bool]]
    accepted: tuple[tuple[str, str, str], ...]  # in order: id of ours, address, body

    def of_fire(self, fire_id: str) -> list[Message]:
        """The fire's messages."""
        return [message for message in self.messages.values() if message.fire_id == fire_id]


async def look_around(clinic: Clinic, before: Look | None) -> Look:
    """All there is now. Ledgers are counted anew only where something changed since `before`."""
    stores = clinic.stores

    async def everything(collection: Collection[R]) -> dict[str, R]:
        page = await collection.page("acme", limit=1000)
        return {item.id: item for item in page.items}  # type: ignore[attr-defined]  # all have one

    campaigns, fires, chunks, batches, (messages, failures, accepted) = await asyncio.gather(
        everything(stores.campaigns),
        everything(stores.fires),
        everything(stores.chunks),
        everything(stores.batches),
        asyncio.gather(everything(stores.messages), everything(stores.failures), clinic.accepted()),
    )
    found = (fires, chunks, messages, failures)
    if before is not None and found == (before.fires, before.chunks, before.messages, before.failures):
        ledgers = before.ledgers
    else:
        counted = await asyncio.gather(
            *(count_ledger(clinic.runtime, "acme", fire) for fire in fires.values())
        )
        ledgers = dict(zip(fires, counted, strict=True))
    return Look(
        campaigns=campaigns,
        fires=fires,
        chunks=chunks,
        batches=batches,
        messages=messages,
        failures=failures,
        ledgers=ledgers,
        accepted=tuple((_our_id(one["callback_url"]), one["handset"], one["body"]) for one in accepted),
    )


def _our_id(callback_url: str) -> str:
    found = re.search(r"message=([0-9a-f]+)", callback_url)
    assert found is not None
    return found[1]
