"""Everything there is of a company at one moment, to be compared with the moment before."""

import asyncio
import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from msgspec import Struct

from shared.domain.campaigns.campaign import Campaign
from shared.domain.evidence.history_search import HistorySearch
from shared.domain.fires.fire import Chunk, Fire
from shared.domain.messages.batch import Batch
from shared.domain.messages.failure import Failure
from shared.domain.messages.message import Message
from shared.firestore.kit.collection import Collection
from shared.views.ledger import CountedFire, count_fire
from tests.kit.clinic import Clinic

R = TypeVar("R")


class Accepted(Struct, frozen=True, kw_only=True):
    """A text that the provider has: `message_id` is ours, `created_at` by the provider's clock."""

    message_id: str
    address: str
    body: str
    provider_id: str
    created_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """Everything there is at one moment."""

    campaigns: dict[str, Campaign]
    fires: dict[str, Fire]
    chunks: dict[str, Chunk]
    batches: dict[str, Batch]
    messages: dict[str, Message]
    failures: dict[str, Failure]
    ledgers: dict[str, CountedFire]
    searches: dict[str, HistorySearch]
    accepted: tuple[Accepted, ...]  # in order
    # By our id, in GMT. The provider passes a text on a little later, perhaps when the clock was moved.
    sent_on: dict[str, date] = field(compare=False)

    def of_fire(self, fire_id: str) -> list[Message]:
        """The fire's messages."""
        return [message for message in self.messages.values() if message.fire_id == fire_id]

    def has(self, message_id: str) -> bool:
        """Whether the provider has the message."""
        return any(one.message_id == message_id for one in self.accepted)


async def look_around(clinic: Clinic, before: Look | None) -> Look:
    """All there is now. Ledgers are counted anew only where something changed since `before`."""
    stores = clinic.stores

    async def everything(collection: Collection[R]) -> dict[str, R]:
        page = await collection.page("acme", limit=1000)
        return {item.id: item for item in page.items}  # type: ignore[attr-defined]  # all have one

    campaigns, fires, chunks, batches, searches, (messages, failures, accepted) = await asyncio.gather(
        everything(stores.campaigns),
        everything(stores.fires),
        everything(stores.chunks),
        everything(stores.batches),
        everything(stores.history_searches),
        asyncio.gather(everything(stores.messages), everything(stores.failures), clinic.accepted()),
    )
    answers = {key for key, fire in fires.items() if fire.is_standing}  # they are no campaign's
    told = {key for key, message in messages.items() if message.fire_id in answers}
    fires = {key: fire for key, fire in fires.items() if key not in answers}
    batches = {key: batch for key, batch in batches.items() if batch.fire_id not in answers}
    messages = {key: message for key, message in messages.items() if key not in told}
    accepted = [one for one in accepted if _our_id(one["callback_url"]) not in told]
    found = (fires, chunks, messages, failures)
    if before is not None and found == (before.fires, before.chunks, before.messages, before.failures):
        ledgers = before.ledgers
    else:
        counted = await asyncio.gather(*(count_fire(clinic.runtime, "acme", fire) for fire in fires.values()))
        ledgers = dict(zip(fires, counted, strict=True))
    return Look(
        campaigns=campaigns,
        fires=fires,
        chunks=chunks,
        batches=batches,
        messages=messages,
        failures=failures,
        ledgers=ledgers,
        searches=searches,
        accepted=tuple(_accepted(one) for one in accepted),
        sent_on={
            _our_id(one["callback_url"]): datetime.fromtimestamp(one["sent_at"], UTC).date()
            for one in accepted
            if one["sent_at"]
        },
    )


def _accepted(shown: dict[str, Any]) -> Accepted:
    return Accepted(
        message_id=_our_id(shown["callback_url"]),
        address=shown["handset"],
        body=shown["body"],
        provider_id=shown["provider_id"],
        created_at=datetime.fromtimestamp(shown["created_at"], UTC),
    )


def _our_id(callback_url: str) -> str:
    found = re.search(r"message=([0-9a-f]+)", callback_url)
    assert found is not None
    return found[1]
