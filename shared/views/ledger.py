"""The ledger of a fire: counted from stored states, or as it closed when those are gone."""

import asyncio

from shared.domain.fires.fire import ChunkState, Fire, FireProgress, Ledger
from shared.domain.messages.failure import FailureState
from shared.domain.messages.message import MessageState
from shared.firestore.queries.fires import CHUNKS_BY_STATE, FIRE_FAILURES
from shared.firestore.queries.messages import FIRE_MESSAGES_BY_STATE
from shared.runtime import Runtime


async def count_ledger(runtime: Runtime, company_id: str, fire: Fire) -> tuple[Ledger, bool]:
    """The fire's ledger as it stands, and whether all its chunks are planned."""
    stores = runtime.stores

    async def messages(state: MessageState) -> int:
        return await stores.messages.count(company_id, FIRE_MESSAGES_BY_STATE, fire.id, state)

    done_chunks = await stores.chunks.count(company_id, CHUNKS_BY_STATE, fire.id, ChunkState.DONE)
    queued, sending, sent, skipped, unknown, failed = await asyncio.gather(
        messages(MessageState.QUEUED),
        messages(MessageState.SENDING),
        messages(MessageState.SENT),
        messages(MessageState.SKIPPED),
        messages(MessageState.UNKNOWN),
        stores.failures.count(company_id, FIRE_FAILURES, fire.id, FailureState.OPEN),
    )
    all_planned = fire.chunks_stored and done_chunks == fire.chunk_count
    settled = sent + skipped + failed + unknown
    pending = queued + sending if all_planned else fire.planned - settled  # rows not queued yet are pending
    ledger = Ledger(
        planned=fire.planned, sent=sent, skipped=skipped, failed=failed, unknown=unknown, pending=pending
    )
    return ledger, all_planned


async def kept_progress(runtime: Runtime, company_id: str, fire: Fire) -> FireProgress | None:
    """The last summary of a fire so old that its messages are being deleted: no count is true any more."""
    is_counted = not fire.is_past_retention(runtime.now(), runtime.settings.retention_days)
    if not fire.is_closed or is_counted:
        return None
    return await runtime.stores.fire_progress.find(company_id, fire.id)
