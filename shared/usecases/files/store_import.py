"""Have contacts made of a loaded file's rows, where its source says so.

The import is stored with what lets it begin: that the file is loaded, or released. So no death in between
loses it; that its announcement is lost is found by the sweep.
"""

from shared.domain.contacts.contact_import import import_job
from shared.domain.contacts.import_of_rows import import_of_rows, rows_import_id
from shared.domain.files.file import File
from shared.domain.files.source import Source
from shared.firestore.kit.transactions import Transaction
from shared.runtime import Runtime
from shared.usecases.announce_jobs import announce_jobs


async def store_import(
    runtime: Runtime, company_id: str, transaction: Transaction, file: File, source: Source | None
) -> None:
    """Store the import of the rows, as part of the transaction, before its first write.

    One that is there already stays as it is: it may have begun.
    """
    if source is None or source.contacts is None:
        return
    imports, import_id = runtime.stores.contact_imports, rows_import_id(file)
    if await imports.find(company_id, import_id, transaction) is None:
        seconds = runtime.settings.tick_interval_seconds
        item = import_of_rows(company_id, file, source.contacts, runtime.now(), seconds)
        imports.put(transaction, company_id, item.id, item)


async def announce_import(runtime: Runtime, company_id: str, file: File, source: Source | None) -> None:
    """Announce the import of the rows, if one was stored. Lost, the sweep finds it."""
    if source is not None and source.contacts is not None:
        await announce_jobs(runtime, [import_job(company_id, rows_import_id(file))], None)
