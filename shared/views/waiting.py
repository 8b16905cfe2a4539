"""Why a fire does not go on."""

import asyncio

from shared.domain.fires.fire import Fire, FireState
from shared.domain.messages.batch import BatchState
from shared.firestore.queries.messages import FIRE_BATCHES
from shared.runtime import Runtime

BATCHES_LOOKED_AT = 200


async def explain_waiting(runtime: Runtime, company_id: str, fire: Fire) -> list[str]:
    """One sentence for each thing that holds the fire's batches back; none while nothing does."""
    if fire.is_closed:
        return []
    stores = runtime.stores
    held, company = await asyncio.gather(
        stores.batches.some(company_id, FIRE_BATCHES, fire.id, BatchState.HELD, limit=BATCHES_LOOKED_AT),
        stores.companies.find(company_id),
    )
    senders = await stores.senders.find_many(company_id, {batch.sender_id for batch in held})
    reasons = ["The campaign is paused."] if fire.state is FireState.PAUSED else []
    if held and company is not None and not company.sending_enabled:
        reasons.append(f"Sending is disabled for {company.name}.")
    return reasons + [
        f"The sender {sender.address} is paused: {sender.paused_reason}"
        for sender in senders.values()
        if sender.is_paused
    ]
