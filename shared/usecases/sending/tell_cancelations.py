"""Let the messages go that tell of an appointment's cancelation, once it is canceled.

They were planned with the others of their fire and wait until the appointment takes place. They go the way of
all messages: whether they may go out at all, and when, is asked as they are sent.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from shared.domain.messages.batch import batch_of
from shared.domain.messages.message import Message, telling
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime

NEVER = datetime.min.replace(tzinfo=UTC)


async def tell_cancelations(
    runtime: Runtime, company_id: str, canceled: Sequence[tuple[Message, str]]
) -> list[Message]:
    """Those of the messages that tell of a cancelation, as they are now: on their way, each once.

    Each comes with the file that canceled its appointment.
    """
    steps: dict[tuple[str, str], bool] = {}
    told: list[Message] = []
    for message, file_id in canceled:
        if message.waits_until is None:
            continue
        key = (message.fire_id, message.step_id)
        if key not in steps:
            fire = await runtime.stores.fires.get(company_id, message.fire_id)
            content = await runtime.stores.campaign_contents.frozen(
                company_id, fire.campaign_id, fire.content_hash
            )
            steps[key] = content.step(message.step_id).tells_cancelation
        if steps[key] and (sent := await _tell(runtime, company_id, message.id, file_id)) is not None:
            told.append(sent)
    return told


async def _tell(runtime: Runtime, company_id: str, message_id: str, file_id: str) -> Message | None:
    stores = runtime.stores

    async def tell(transaction: Transaction) -> Message | None:
        now = runtime.now()
        current = await stores.messages.get(company_id, message_id, transaction)
        batch = batch_of(company_id, current.fire_id, current.sender_id, [current], now, now, NEVER)
        sent = telling(current, file_id, batch.id, now)
        if sent is not None:  # the tick of every minute finds the batch
            stores.batches.put(transaction, company_id, batch.id, batch)
            stores.messages.put(transaction, company_id, sent.id, sent)
        return sent

    return await transact(stores.db, tell)
