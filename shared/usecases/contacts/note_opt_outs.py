"""Note many refusals at once: they are opt-outs, and hold for the address whoever has it."""

import asyncio
from collections.abc import Sequence

from shared.domain.contacts.opt_out import OptOut, noted, opt_out_ids
from shared.domain.events.other_events import opt_out_events
from shared.firestore.kit.documents import READ_SIZE
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime
from shared.usecases.outbox.open_outbox import open_outbox

_AT_ONCE = 8  # transactions under way; they touch different documents
_A_GROUP = READ_SIZE // 2  # an address may have another opt-out, in an older spelling


async def note_opt_outs(runtime: Runtime, company_id: str, refusals: Sequence[OptOut]) -> None:
    """From now on nothing goes to the addresses. One that refuses already stays as it was noted then."""
    new = list({one.id: one for one in refusals}.values())
    gate = asyncio.Semaphore(_AT_ONCE)

    async def note(group: Sequence[OptOut]) -> None:
        async with gate:
            await _note(runtime, company_id, group)

    await asyncio.gather(*(note(new[first : first + _A_GROUP]) for first in range(0, len(new), _A_GROUP)))


async def _note(runtime: Runtime, company_id: str, group: Sequence[OptOut]) -> None:
    opt_outs, outbox = runtime.stores.opt_outs, await open_outbox(runtime, company_id)
    ids = {one.id: opt_out_ids(one.channel, one.address) for one in group}

    async def note(transaction: Transaction) -> None:
        wanted = {item_id for theirs in ids.values() for item_id in theirs}
        stored = await opt_outs.find_many(company_id, wanted, transaction)
        new = []
        for one in group:
            refusal = noted([stored[item_id] for item_id in ids[one.id] if item_id in stored], one)
            if refusal is not None:
                opt_outs.put(transaction, company_id, one.id, refusal)
                new.append(refusal)
        outbox.put(transaction, opt_out_events(new))

    await transact(runtime.stores.db, note)
    await outbox.announce()
