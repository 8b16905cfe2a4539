"""Make a list of contacts, or name it anew."""

from dataclasses import replace

from shared.domain.contacts.contact_list import ContactList
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime


async def create_contact_list(runtime: Runtime, company_id: str, item: ContactList) -> ContactList:
    """Store a new list; with the same id again, nothing changes."""
    if await runtime.stores.contact_lists.add(company_id, item.id, item):
        return item
    return await runtime.stores.contact_lists.get(company_id, item.id)


async def edit_contact_list(runtime: Runtime, company_id: str, list_id: str, name: str) -> ContactList:
    """Give a list another name. Raises NotFound."""
    lists = runtime.stores.contact_lists

    async def rename(transaction: Transaction) -> ContactList:
        current = await lists.get(company_id, list_id, transaction)
        named = replace(current, name=name, updated_at=runtime.now())
        lists.put(transaction, company_id, list_id, named)
        return named

    return await transact(runtime.stores.db, rename)
