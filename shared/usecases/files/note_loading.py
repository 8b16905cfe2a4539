"""Note on a file how far its loading is, by the worker that has it."""

from shared.domain.files.file import File, FileHold, FileState
from shared.domain.files.source import Source
from shared.domain.fires.notice import file_notice
from shared.domain.lease import LeaseLost
from shared.domain.record import replace
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime
from shared.usecases.files.store_import import store_import


async def note_loading(
    runtime: Runtime, company_id: str, file: File, source: Source | None = None, /, **facts: object
) -> File:
    """Change the file as it is stored. Raises LeaseLost when another worker has it now.

    Where it is loaded and its `source` makes contacts of rows, their import is stored with it.
    """
    files = runtime.stores.files

    async def update(transaction: Transaction) -> File:
        current = await files.get(company_id, file.id, transaction)
        if current.lease_token != file.lease_token:
            raise LeaseLost
        updated = replace(current, **facts)  # type: ignore[arg-type]  # its fields
        if updated.state is FileState.LOADED and updated.hold is not FileHold.HELD:
            await store_import(runtime, company_id, transaction, updated, source)
        files.put(transaction, company_id, file.id, updated)
        if updated.hold is FileHold.HELD:
            notice = file_notice(updated, runtime.now())
            runtime.stores.notices.put(transaction, company_id, notice.id, notice)
        return updated

    return await transact(runtime.stores.db, update, "ingest_file.update")


async def end_loading(
    runtime: Runtime, company_id: str, file: File, source: Source | None = None, /, **facts: object
) -> File:
    """Note that the loading is over, and give the lease back; as note_loading. Raises LeaseLost."""
    now = runtime.now()
    return await note_loading(
        runtime, company_id, file, source, percent=100, loaded_at=now, lease_until=None, **facts
    )
