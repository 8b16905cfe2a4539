"""Do one block of an import: plan it, keep the plan, then change the contacts.

The plan is kept first. A worker that goes on after another died finds it and does just the same: what the
other had changed by then is recognized by the change's id, counted, and not done again.
"""

import io
import tempfile
from collections.abc import Sequence
from functools import partial

import msgspec
from google.api_core.exceptions import NotFound as ObjectNotFound

from shared.domain.contacts.contact import Contact
from shared.domain.contacts.contact_changes import Author, ChangedBy
from shared.domain.contacts.contact_import import REJECTED_PIECE, ContactImport
from shared.domain.contacts.import_plan import BlockPlan, Effect, PlannedRow, refusals
from shared.domain.contacts.import_row import ImportRow, imported, with_consents
from shared.domain.files.file import RejectedRow
from shared.domain.record import replace
from shared.runtime import Runtime
from shared.tabular.rejected_rows import RejectedRowsFile
from shared.usecases.contact_imports.note_refusals import note_refusals
from shared.usecases.contact_imports.plan_block import plan_block
from shared.usecases.contact_imports.raise_rows import raise_rows
from shared.usecases.contact_imports.read_import import Block
from shared.usecases.contacts.change_contacts import change_contacts

_PLANS = msgspec.json.Decoder(BlockPlan)


async def load_block(
    runtime: Runtime,
    company_id: str,
    item: ContactImport,
    block: Block,
    header: Sequence[str],
    delimiter: str | None,
) -> BlockPlan:
    """What became of the block, with its counts; of a dry run, what would. Raises ContactsFull."""
    plan = await _stored_plan(runtime, item, block)
    if plan is None:
        plan, rejected = await plan_block(runtime, company_id, item, block)
        await _store_rejected(runtime, item, block, rejected, header, delimiter)
        if item.is_dry_run:
            return plan
        await runtime.files.save_text(
            item.piece_name("plan", block.number), msgspec.json.encode(plan).decode()
        )
    rows = [(row, plan.rows[row.number]) for row in block.rows if row.number in plan.rows]
    pairs = [(with_consents(row, one.consents) if one.consents else row, one) for row, one in rows]
    await note_refusals(runtime, company_id, item, [edit for row, _ in pairs for edit in refusals(row)])
    counts = await change_contacts(
        runtime,
        company_id,
        {one.contact_id: partial(_edit, item, row, one) for row, one in pairs},
        Author(ChangedBy.IMPORT, item.id),
        change_id=item.block_id(block.number),
    )
    await raise_rows(runtime, company_id, item, {row.number: one.contact_id for row, one in pairs})
    plan.counts = replace(
        plan.counts, created=counts.created, updated=counts.updated, unchanged=counts.unchanged
    )
    return plan


def _edit(item: ContactImport, row: ImportRow, plan: PlannedRow, current: Contact | None) -> Contact | None:
    """The contact as the row makes it. One that somebody deleted meanwhile stays deleted."""
    if current is None and plan.effect is not Effect.CREATED:
        return None
    return imported(current, plan.contact_id, row, item)


async def _stored_plan(runtime: Runtime, item: ContactImport, block: Block) -> BlockPlan | None:
    if item.is_dry_run:
        return None
    try:
        pieces = [piece async for piece in runtime.files.read(item.piece_name("plan", block.number))]
    except ObjectNotFound:
        return None
    return _PLANS.decode(b"".join(pieces))


async def _store_rejected(
    runtime: Runtime,
    item: ContactImport,
    block: Block,
    rejected: Sequence[RejectedRow],
    header: Sequence[str],
    delimiter: str | None,
) -> None:
    """Keep the block's rejected rows as a piece of a CSV file; the first piece has the header."""
    if block.number and not rejected:
        return
    with tempfile.NamedTemporaryFile() as file:
        content = io.BytesIO()
        written = RejectedRowsFile(content, header=header, delimiter=delimiter)
        start = content.tell() if block.number else 0
        for row in rejected:
            written.add(row)
        file.write(content.getvalue()[start:])
        file.flush()
        await runtime.files.upload(item.piece_name(REJECTED_PIECE, block.number), file.name, "text/csv")
