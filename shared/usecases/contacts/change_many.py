"""Change many contacts alike, by their ids."""

from collections.abc import Callable, Iterable
from functools import partial

from msgspec import Struct

from shared.domain.contacts.contact import Contact
from shared.domain.contacts.contact_changes import Author
from shared.runtime import Runtime
from shared.usecases.contacts.change_contacts import change_contacts


class Changed(Struct, frozen=True, kw_only=True):
    """How many contacts were changed; were as wanted before; and do not exist."""

    changed: int
    unchanged: int
    missing: int


async def change_many(
    runtime: Runtime,
    company_id: str,
    contact_ids: Iterable[str],
    edit: Callable[[Contact], Contact],
    author: Author,
) -> Changed:
    """Do the same to each of these contacts. Raises what `edit` raises; some may be changed by then."""
    ids, missing = set(contact_ids), set[str]()

    def of_stored(contact_id: str, contact: Contact | None) -> Contact | None:
        if contact is None:
            missing.add(contact_id)
            return None
        missing.discard(contact_id)
        return edit(contact)

    edits = {one: partial(of_stored, one) for one in ids}
    counts = await change_contacts(runtime, company_id, edits, author)
    unchanged = counts.unchanged - len(missing)
    return Changed(changed=counts.updated, unchanged=unchanged, missing=len(missing))
