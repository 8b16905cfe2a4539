"""Put contacts on a list, or take them off it."""

from collections.abc import Iterable

from shared.domain.contacts.check_contact import MOST_LISTS
from shared.domain.contacts.contact import Contact
from shared.domain.contacts.contact_changes import Author
from shared.domain.errors import InvalidInput
from shared.domain.record import replace
from shared.runtime import Runtime
from shared.usecases.contacts.change_many import Changed, change_many


async def change_membership(
    runtime: Runtime,
    company_id: str,
    list_id: str,
    contact_ids: Iterable[str],
    author: Author,
    *,
    are_members: bool,
) -> Changed:
    """Have these contacts on the list, or off it. Raises NotFound, and InvalidInput for one on too many."""
    await runtime.stores.contact_lists.get(company_id, list_id)
    change = _with_list if are_members else without_list
    return await change_many(runtime, company_id, contact_ids, lambda one: change(one, list_id), author)


def _with_list(contact: Contact, list_id: str) -> Contact:
    joined = replace(contact, list_ids=tuple(sorted({*contact.list_ids, list_id})))
    if len(joined.list_ids) > MOST_LISTS:
        reason = f"the contact {contact.id} is on {MOST_LISTS} lists already; no one can be on more"
        raise InvalidInput.at("contact_ids", reason)
    return joined


def without_list(contact: Contact, list_id: str) -> Contact:
    """The contact off the list."""
    if list_id not in contact.list_ids:
        return contact
    return replace(contact, list_ids=tuple(one for one in contact.list_ids if one != list_id))
