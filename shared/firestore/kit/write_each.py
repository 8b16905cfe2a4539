"""Writes that are applied or refused one by one, in one request."""

from google.api_core.exceptions import Aborted, ResourceExhausted
from google.cloud.firestore import AsyncClient, AsyncWriteBatch

from shared import metering
from shared.domain.fires.fire_cost import Unit
from shared.firestore.kit.retries import UNSURE


async def write_each(db: AsyncClient, writer: AsyncWriteBatch) -> list[bool]:
    """Apply each of the batch's writes by itself; which of them were applied for sure.

    The asynchronous client has no call of its own for it, only the generated one.
    https://cloud.google.com/firestore/docs/reference/rpc/google.firestore.v1#batchwriterequest
    """
    api, writes = db._firestore_api, writer._write_pbs
    request = {"database": db._database_string, "writes": writes}
    try:
        answer = await api.batch_write(request=request, metadata=db._rpc_metadata)
    except (Aborted, ResourceExhausted, *UNSURE):
        return [False] * len(writes)
    applied = [status.code == 0 for status in answer.status]
    metering.count(Unit.WRITES, sum(applied))
    return applied
