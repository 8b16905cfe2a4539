"""Go on with an import of contacts: check it in a dry run, load it, or take it back.

It goes block by block, and how far it came is kept after each: killed anywhere, it goes on from there.
"""

import asyncio
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from shared import log
from shared.domain.contacts.contact_import import SHOWN_ERRORS, ContactImport, ImportState
from shared.domain.contacts.import_plan import BlockPlan
from shared.domain.contacts.list_names import ListNames
from shared.domain.contacts.read_import_row import Known
from shared.domain.files.file import FileRefused
from shared.domain.job import ImportContacts
from shared.domain.lease import LeaseLost
from shared.domain.record import replace
from shared.firestore.contact_shards import ContactsFull
from shared.runtime import Runtime
from shared.usecases.contact_imports.claim_import import claim_import, end, hand_back, hand_on, keep
from shared.usecases.contact_imports.load_block import load_block
from shared.usecases.contact_imports.read_import import BLOCK_ROWS, Block, BlockReader, read_import
from shared.usecases.contact_imports.read_rows import StoredRows, read_rows
from shared.usecases.contact_imports.undo_import import undo_import

SECONDS_A_JOB = 240.0  # a block begun by then still ends within the function's time
GONE = "The upload was overwritten or deleted before it was read. Make a new import, and upload it once more."


async def import_contacts(runtime: Runtime, job: ImportContacts) -> None:
    """Go on with the import for some minutes, and announce the rest.

    Nothing, when another worker is at it.
    """
    with log.context(company_id=job.company_id):
        item = await claim_import(runtime, job)
        if item is None:
            return
        deadline = time.monotonic() + SECONDS_A_JOB
        try:
            if item.state is ImportState.UNDOING:
                await undo_import(runtime, job.company_id, item, deadline)
            else:
                await _load(runtime, job.company_id, item, deadline)
        except (FileRefused, ContactsFull) as refusal:
            await end(runtime, job.company_id, item, ImportState.REFUSED, str(refusal))
            log.event("import refused", import_id=item.id)
        except LeaseLost:
            log.event("import taken over", import_id=item.id)


async def _load(runtime: Runtime, company_id: str, item: ContactImport, deadline: float) -> None:
    known = await _known(runtime, company_id)
    if item.file_id is not None:
        rows = await read_rows(runtime, company_id, item.file_id)
        if rows is None:  # its loading is not over: a later tick finds this one
            await hand_back(runtime, company_id, item)
            return
        await _read(runtime, company_id, item, BlockReader(rows.table(), item, known), deadline, rows)
        return
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        path = Path(folder) / "upload"
        if not await runtime.files.download(item.object_name, item.generation or "", str(path)):
            raise FileRefused(GONE)
        opening = read_import(path, item, known, runtime.settings.max_upload_bytes)
        reader = await asyncio.to_thread(stack.enter_context, opening)
        await _read(runtime, company_id, item, reader, deadline)


async def _read(
    runtime: Runtime,
    company_id: str,
    item: ContactImport,
    reader: BlockReader,
    deadline: float,
    rows: StoredRows | None = None,
) -> None:
    """Do the blocks that are not done, and end; or hand on what is left at `deadline`."""
    item = await keep(
        runtime, company_id, item, lambda one: replace(one, used=reader.used, notes=reader.notes)
    )
    while True:
        if rows is not None:
            await rows.fetch(BLOCK_ROWS)
        block = await asyncio.to_thread(reader.next_block)
        if block is None:
            break
        if block.number < item.blocks:
            continue
        if time.monotonic() >= deadline:
            await hand_on(runtime, company_id, item)
            return
        item = await _do_block(runtime, company_id, item, reader, block)
    if not item.blocks:
        raise FileRefused("The file has no rows below its header. Check the export that made it.")
    state = ImportState.CHECKED if item.is_dry_run else ImportState.LOADED
    await end(runtime, company_id, item, state)
    log.event("import done", import_id=item.id, is_dry_run=item.is_dry_run, rows=item.counts.rows)


async def _do_block(
    runtime: Runtime, company_id: str, item: ContactImport, reader: BlockReader, block: Block
) -> ContactImport:
    table = reader.table
    plan = await load_block(runtime, company_id, item, block, table.header, table.delimiter)

    def done(current: ContactImport) -> ContactImport:
        return current if current.blocks > block.number else _with(current, plan, block)

    return await keep(runtime, company_id, item, done)


def _with(item: ContactImport, plan: BlockPlan, block: Block) -> ContactImport:
    """The import with one more block done."""
    has_rejected = plan.counts.rejected > 0
    return replace(
        item,
        blocks=block.number + 1,
        percent=min(block.percent, 99),
        counts=item.counts.plus(plan.counts),
        errors=(*item.errors, *plan.errors)[:SHOWN_ERRORS],
        rejected_blocks=(*item.rejected_blocks, block.number) if has_rejected else item.rejected_blocks,
    )


async def _known(runtime: Runtime, company_id: str) -> Known:
    stores = runtime.stores
    fields = {one.id: one async for page in stores.contact_fields.each_page(company_id) for one in page}
    lists = {one.id: one.name async for page in stores.contact_lists.each_page(company_id) for one in page}
    return Known(company=await stores.companies.get(company_id), fields=fields, lists=ListNames(lists))
