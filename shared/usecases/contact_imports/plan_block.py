"""Decide what becomes of a block's rows, from what is stored. Nothing is written."""

import asyncio
from collections import Counter

from shared.domain.contacts.contact import Consent
from shared.domain.contacts.contact_import import SHOWN_ERRORS, ContactImport, ImportCounts, RowFault
from shared.domain.contacts.contact_keys import external_key
from shared.domain.contacts.import_plan import BlockPlan, Effect, Found, planned
from shared.domain.contacts.import_row import RowRejected, RowRepeated
from shared.domain.contacts.opt_out import OptOut, opt_out_ids
from shared.domain.files.file import RejectedRow
from shared.firestore.contact_shards import with_key
from shared.runtime import Runtime
from shared.usecases.contact_imports.read_import import Block, rejected_row
from shared.usecases.contact_imports.stored_contacts import stored_contacts, stored_hints
from shared.views.refusals import read_refusals


async def plan_block(
    runtime: Runtime, company_id: str, item: ContactImport, block: Block
) -> tuple[BlockPlan, list[RejectedRow]]:
    """The plan of a block, and all its rejected rows in their order."""
    found = await _find(runtime, company_id, block)
    return await asyncio.to_thread(_plan, item, block, found)


def _plan(item: ContactImport, block: Block, found: Found) -> tuple[BlockPlan, list[RejectedRow]]:
    plan, rejected = BlockPlan(), list(block.rejected)
    effects: Counter[Effect] = Counter({Effect.SKIPPED: block.skipped})
    kept, rows_by_contact = 0, dict[str, int]()
    for row in block.rows:
        try:
            one = planned(row, item, found)
            first = rows_by_contact.setdefault(one.contact_id, row.number)
            if first != row.number:
                raise RowRepeated(first)
        except RowRejected as fault:
            if isinstance(fault, RowRepeated) and item.skips_repeated:
                effects[Effect.SKIPPED] += 1
                continue
            rejected.append(rejected_row(row.number, row.cells, fault))
            continue
        effects[one.effect] += 1
        kept += one.kept_refusals
        if one.effect is not Effect.SKIPPED:
            plan.rows[row.number] = one
    rejected.sort(key=lambda one: one.number)
    plan.errors = tuple(
        RowFault(row=one.number, column=one.column, reason=one.reason) for one in rejected[:SHOWN_ERRORS]
    )
    plan.counts = ImportCounts(
        rows=block.row_count,
        rejected=len(rejected),
        kept_refusals=kept,
        noted_refusals=sum(one.consents.count(Consent.UNSUBSCRIBED) for one in plan.rows.values()),
        **{str(effect): count for effect, count in effects.items()},
    )
    return plan, rejected


async def _find(runtime: Runtime, company_id: str, block: Block) -> Found:
    keys = {row.match for row in block.rows} | {external_key(row.key) for row in block.rows if row.key}
    keys.discard("")
    hints = await stored_hints(runtime, company_id, keys)
    ids = {one for theirs in hints.values() for one in theirs}
    ids |= {row.contact_id for row in block.rows if row.contact_id}
    contacts = await stored_contacts(runtime, company_id, ids)
    return Found(
        by_id=contacts,
        by_key=with_key(contacts.values(), keys),
        opt_outs=await _opt_outs(runtime, company_id, block),
    )


async def _opt_outs(runtime: Runtime, company_id: str, block: Block) -> dict[str, OptOut]:
    """Those of the addresses of which a row says something."""
    ids = {
        item_id
        for row in block.rows
        for one in row.addresses
        if one.consent is not None
        for item_id in opt_out_ids(one.channel, one.address)
    }
    return await read_refusals(runtime, company_id, ids)
