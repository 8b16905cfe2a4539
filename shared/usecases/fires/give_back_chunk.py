"""Leave a chunk whose planning failed to whoever gets its job next, not only when its lease has ended."""

from shared.domain.fires.fire import Chunk, ChunkState
from shared.domain.record import replace
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime


async def give_back_chunk(runtime: Runtime, company_id: str, chunk: Chunk) -> None:
    """End our lease, if the chunk still is ours. Planned in part it does no harm: again gives the same."""
    stores = runtime.stores

    async def give_back(transaction: Transaction) -> None:
        current = await stores.chunks.get(company_id, chunk.id, transaction)
        if current.lease_token == chunk.lease_token and current.state is ChunkState.LEASED:
            free = replace(current, lease_token=None, lease_until=runtime.now())
            stores.chunks.put(transaction, company_id, chunk.id, free)

    await transact(stores.db, give_back)
