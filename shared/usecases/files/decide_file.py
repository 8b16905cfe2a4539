"""Somebody says of a loaded file: go, or that it is wrong."""

from shared import log
from shared.domain.errors import Conflict
from shared.domain.files.file import File, FileHold, FileState
from shared.domain.files.source import Source
from shared.domain.record import replace
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime
from shared.usecases.files.store_import import announce_import, store_import


async def decide_file(
    runtime: Runtime, company_id: str, file_id: str, hold: FileHold, *, by: str, note: str = ""
) -> File:
    """RELEASED: campaigns may fire for a held file, and those that wait for it go on at the next tick.

    REJECTED: no campaign fires for it from now on, for good; a fire that has begun goes on, and its campaign
    must be paused or canceled. `by` says who decided. Raises NotFound, and Conflict when the file is not
    loaded, was rejected, or is not held.
    """
    files, now = runtime.stores.files, runtime.now()
    source = await _source(runtime, company_id, file_id)

    async def decide(transaction: Transaction) -> File:
        file = await files.get(company_id, file_id, transaction)
        if file.hold is hold:  # said before: who said it first stays
            return file
        if file.state is not FileState.LOADED:
            raise Conflict(f"The file is {file.state}; only a loaded file can be released or rejected.")
        if file.hold is FileHold.REJECTED:
            raise Conflict("The file was rejected, and stays so. Upload it again with accepts_repeat.")
        if file.hold is FileHold.NONE and hold is FileHold.RELEASED:
            raise Conflict("The file is not held: campaigns may fire for it.")
        decided = replace(file, hold=hold, decided_by=by, decided_at=now, decision_note=note)
        if hold is FileHold.RELEASED:
            await store_import(runtime, company_id, transaction, decided, source)
        files.put(transaction, company_id, file_id, decided)
        return decided

    decided = await transact(runtime.stores.db, decide)
    if decided.hold is FileHold.RELEASED:
        await announce_import(runtime, company_id, decided, source)
    log.event("file decided", file_id=file_id, hold=decided.hold)
    return decided


async def _source(runtime: Runtime, company_id: str, file_id: str) -> Source | None:
    """The source of the file; None when it was deleted. Raises NotFound for a file that is not there."""
    file = await runtime.stores.files.get(company_id, file_id)
    return await runtime.stores.sources.find(company_id, file.source_id)
