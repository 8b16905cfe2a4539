"""Reserve a sender's time for messages that go out later than they were planned."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from shared.domain.ids import computed_id
from shared.domain.senders.sender import Sender
from shared.domain.senders.sender_timeline import SenderTimeline, reserve
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime

Take = Callable[[Transaction], Awaitable[datetime]]


async def reserve_start(
    runtime: Runtime,
    company_id: str,
    fire_id: str,
    sender: Sender,
    opens_at: datetime,
    message_ids: Sequence[str],
) -> datetime:
    """When the messages of the fire may start, at `opens_at` or after it; asked again, the same."""
    take = taking_start(runtime, company_id, fire_id, sender, opens_at, message_ids)
    return await transact(runtime.stores.db, take)


def taking_start(
    runtime: Runtime,
    company_id: str,
    fire_id: str,
    sender: Sender,
    opens_at: datetime,
    message_ids: Sequence[str],
) -> Take:
    """The same, to be run in a transaction."""
    key = computed_id(fire_id, "later", message_ids[0], opens_at.isoformat())
    seconds = len(message_ids) / sender.rate_per_second
    return taking_time(runtime, company_id, fire_id, sender, key, opens_at, seconds)


def taking_time(
    runtime: Runtime,
    company_id: str,
    fire_id: str,
    sender: Sender,
    key: str,
    earliest: datetime,
    seconds: float,
) -> Take:
    """When the sender has so many seconds for the fire, from `earliest` on; by the same key, the same."""
    timelines = runtime.stores.sender_timelines

    async def take(transaction: Transaction) -> datetime:
        timeline = await timelines.find(company_id, sender.id, transaction) or SenderTimeline(id=sender.id)
        timeline, start = reserve(timeline, key, fire_id, earliest, seconds, runtime.now())
        timelines.put(transaction, company_id, sender.id, timeline)
        return start

    return take
