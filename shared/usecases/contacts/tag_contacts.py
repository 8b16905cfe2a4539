"""Give contacts tags, or take tags from them."""

from collections.abc import Iterable

from shared.domain.contacts.check_contact import check_contact
from shared.domain.contacts.contact import Contact
from shared.domain.contacts.contact_changes import Author
from shared.domain.contacts.contact_edit import ContactEdit, edited
from shared.runtime import Runtime
from shared.usecases.contacts.change_many import Changed, change_many


async def tag_contacts(
    runtime: Runtime,
    company_id: str,
    contact_ids: Iterable[str],
    author: Author,
    *,
    add: Iterable[str] = (),
    remove: Iterable[str] = (),
) -> Changed:
    """Have these contacts with some tags, and without others. Raises InvalidInput for one with too many."""
    edit, now = ContactEdit(add_tags=tuple(add), remove_tags=tuple(remove)), runtime.now()

    def tagged(contact: Contact) -> Contact:
        after = edited(contact, edit, author.kind, now)
        check_contact(after)
        return after

    return await change_many(runtime, company_id, contact_ids, tagged, author)
