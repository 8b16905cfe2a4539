"""Note the refusals that an import tells: they are opt-outs, and hold for the address whoever has it."""

import asyncio
from collections.abc import Sequence

from shared.domain.contacts.contact_edit import AddressEdit
from shared.domain.contacts.contact_import import ContactImport
from shared.domain.contacts.opt_out import OptOut, OptOutSource, noted, opt_out_id, opt_out_ids
from shared.firestore.kit.documents import READ_SIZE
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime

_AT_ONCE = 8  # transactions under way; they touch different documents


async def note_refusals(
    runtime: Runtime, company_id: str, item: ContactImport, edits: Sequence[AddressEdit]
) -> None:
    """From now on nothing goes to the addresses. One that refuses already stays as it was noted then."""
    new = {
        opt_out_id(one.channel, one.address): OptOut(
            id=opt_out_id(one.channel, one.address),
            channel=one.channel,
            address=one.address,
            is_active=True,
            source=OptOutSource.FILE,
            changed_at=runtime.now(),
            text=one.consent_note,
            changed_by=f"import {item.id}",
        )
        for one in edits
    }
    gate = asyncio.Semaphore(_AT_ONCE)

    async def note(group: Sequence[OptOut]) -> None:
        async with gate:
            await _note(runtime, company_id, group)

    all_new = list(new.values())
    size = READ_SIZE // 2  # an address may have another opt-out, in an older spelling
    await asyncio.gather(*(note(all_new[first : first + size]) for first in range(0, len(all_new), size)))


async def _note(runtime: Runtime, company_id: str, group: Sequence[OptOut]) -> None:
    opt_outs = runtime.stores.opt_outs
    ids = {one.id: opt_out_ids(one.channel, one.address) for one in group}

    async def note(transaction: Transaction) -> None:
        wanted = {item_id for theirs in ids.values() for item_id in theirs}
        stored = await opt_outs.find_many(company_id, wanted, transaction)
        for one in group:
            refusal = noted([stored[item_id] for item_id in ids[one.id] if item_id in stored], one)
            if refusal is not None:
                opt_outs.put(transaction, company_id, one.id, refusal)

    await transact(runtime.stores.db, note)
