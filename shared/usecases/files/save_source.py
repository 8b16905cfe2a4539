"""Create a source or edit its mapping."""

from collections.abc import Mapping

from shared.domain.files.source import Source
from shared.domain.record import replace
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime
from shared.usecases.files.check_rows_to_contacts import check_rows_to_contacts
from shared.usecases.files.check_source import check_source


async def create_source(runtime: Runtime, company_id: str, source: Source) -> Source:
    """Store a new source; with the same id again, nothing changes. Raises InvalidInput."""
    check_source(source)
    await check_rows_to_contacts(runtime, company_id, source)
    if await runtime.stores.sources.add(company_id, source.id, source):
        return source
    return await runtime.stores.sources.get(company_id, source.id)


async def edit_source(
    runtime: Runtime, company_id: str, source_id: str, changes: Mapping[str, object]
) -> Source:
    """Change the fields in `changes`; loaded files stay as they are. Raises NotFound, InvalidInput."""
    stores = runtime.stores
    wished = replace(await stores.sources.get(company_id, source_id), **changes)  # type: ignore[arg-type]  # its fields
    await check_rows_to_contacts(runtime, company_id, wished)

    async def edit(transaction: Transaction) -> Source:
        source = await stores.sources.get(company_id, source_id, transaction)
        edited = replace(source, **changes, updated_at=runtime.now())  # type: ignore[arg-type]  # its fields
        check_source(edited)
        stores.sources.put(transaction, company_id, source_id, edited)
        return edited

    return await transact(stores.db, edit)
