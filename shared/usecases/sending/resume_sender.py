"""Let a paused sender send again, once what was wrong with it is mended."""

from shared import log
from shared.domain.errors import Conflict
from shared.domain.fires.fire import FireState
from shared.domain.messages.batch import BatchState
from shared.domain.record import replace
from shared.domain.senders.sender import Sender
from shared.firestore.kit.transactions import Transaction, transact
from shared.firestore.queries.messages import SENDER_BATCHES
from shared.runtime import Runtime
from shared.usecases.senders.check_senders import sender_problem
from shared.usecases.sending.dispatch_batches import dispatch_batches

BATCHES_AT_ONCE = 500  # work for many minutes: who resumes waits for no more; the sweep announces the others


async def resume_sender(runtime: Runtime, company_id: str, sender_id: str) -> Sender:
    """Resume the sender and announce what is held for it; one that is not paused stays as it is.

    Raises NotFound, and Conflict while its provider says that it cannot send.
    """
    senders = runtime.stores.senders
    sender = await senders.get(company_id, sender_id)
    if not sender.is_paused:
        return sender
    problem = await sender_problem(runtime, company_id, sender, ask_anew=True)
    if problem is not None:
        raise Conflict(f"This sender still cannot send: {problem}")

    async def resume(transaction: Transaction) -> Sender:
        current = await senders.get(company_id, sender_id, transaction)
        resumed = replace(current, is_paused=False, paused_reason="")
        senders.put(transaction, company_id, sender_id, resumed)
        return resumed

    resumed = await transact(runtime.stores.db, resume, "resume_sender")
    log.event("sender resumed", sender_id=sender_id)
    await _release_held(runtime, company_id, sender_id)
    return resumed


async def _release_held(runtime: Runtime, company_id: str, sender_id: str) -> None:
    """Announce some of what was held for the sender alone: a paused fire's batches stay held."""
    stores = runtime.stores
    held = await stores.batches.some(
        company_id, SENDER_BATCHES, sender_id, BatchState.HELD, limit=BATCHES_AT_ONCE
    )
    fires = await stores.fires.find_many(company_id, {batch.fire_id for batch in held})
    paused = {fire.id for fire in fires.values() if fire.state is FireState.PAUSED}
    await dispatch_batches(runtime, [(company_id, batch) for batch in held if batch.fire_id not in paused])
