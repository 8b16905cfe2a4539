"""Make lists, name them, delete them, and say who is on them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial

from shared.domain.contacts.check_contact import MOST_LISTS
from shared.domain.contacts.contact import Contact
from shared.domain.contacts.contact_changes import Author
from shared.domain.contacts.contact_list import ContactList
from shared.domain.errors import InvalidInput
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime
from shared.usecases.contacts.change_contacts import change_contacts, change_every_contact


@dataclass(frozen=True, kw_only=True, slots=True)
class Membership:
    """How many contacts came onto a list, or left it; were there, or not, before; and do not exist."""

    changed: int
    unchanged: int
    missing: int


async def create_list(runtime: Runtime, company_id: str, item: ContactList) -> ContactList:
    """Store a new list; with the same id again, nothing changes."""
    if await runtime.stores.contact_lists.add(company_id, item.id, item):
        return item
    return await runtime.stores.contact_lists.get(company_id, item.id)


async def rename_list(runtime: Runtime, company_id: str, list_id: str, name: str) -> ContactList:
    """Give a list another name. Raises NotFound."""
    lists = runtime.stores.contact_lists

    async def rename(transaction: Transaction) -> ContactList:
        current = await lists.get(company_id, list_id, transaction)
        named = replace(current, name=name, updated_at=runtime.now())
        lists.put(transaction, company_id, list_id, named)
        return named

    return await transact(runtime.stores.db, rename)


async def delete_list(runtime: Runtime, company_id: str, list_id: str, author: Author) -> None:
    """Take everybody off a list, then delete it. Cut short, the same call goes on. Raises NotFound."""
    await runtime.stores.contact_lists.get(company_id, list_id)
    await change_every_contact(runtime, company_id, lambda one: _without(one, list_id), author)
    await runtime.stores.contact_lists.remove(company_id, [list_id])


async def add_to_list(
    runtime: Runtime, company_id: str, list_id: str, contact_ids: Iterable[str], author: Author
) -> Membership:
    """Put contacts on a list. Raises NotFound, and InvalidInput when one is on too many."""
    await runtime.stores.contact_lists.get(company_id, list_id)

    def join(contact: Contact) -> Contact:
        joined = replace(contact, list_ids=tuple(sorted({*contact.list_ids, list_id})))
        if len(joined.list_ids) > MOST_LISTS:
            reason = f"the contact {contact.id} is on {MOST_LISTS} lists already; no one can be on more"
            raise InvalidInput.at("contact_ids", reason)
        return joined

    return await _change(runtime, company_id, contact_ids, join, author)


async def remove_from_list(
    runtime: Runtime, company_id: str, list_id: str, contact_ids: Iterable[str], author: Author
) -> Membership:
    """Take contacts off a list. Raises NotFound."""
    await runtime.stores.contact_lists.get(company_id, list_id)
    return await _change(runtime, company_id, contact_ids, lambda one: _without(one, list_id), author)


def _without(contact: Contact, list_id: str) -> Contact:
    if list_id not in contact.list_ids:
        return contact
    return replace(contact, list_ids=tuple(one for one in contact.list_ids if one != list_id))


async def _change(
    runtime: Runtime,
    company_id: str,
    contact_ids: Iterable[str],
    change: Callable[[Contact], Contact],
    author: Author,
) -> Membership:
    ids, missing = set(contact_ids), set[str]()

    def of_stored(contact_id: str, contact: Contact | None) -> Contact | None:
        if contact is None:
            missing.add(contact_id)
            return None
        missing.discard(contact_id)
        return change(contact)

    edits = {one: partial(of_stored, one) for one in ids}
    counts = await change_contacts(runtime, company_id, edits, author)
    unchanged = counts.unchanged - len(missing)
    return Membership(changed=counts.updated, unchanged=unchanged, missing=len(missing))
