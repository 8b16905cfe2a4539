"""Delete a field of a company's own, with its values."""

from shared.domain.contacts.contact import Contact
from shared.domain.contacts.contact_changes import Author
from shared.domain.record import replace
from shared.runtime import Runtime
from shared.usecases.contacts.change_contacts import change_every_contact


async def delete_contact_field(runtime: Runtime, company_id: str, field_id: str, author: Author) -> None:
    """Take the values from all contacts, then the field. Cut short, it goes on. Raises NotFound."""
    await runtime.stores.contact_fields.get(company_id, field_id)
    await change_every_contact(runtime, company_id, lambda one: _without(one, field_id), author)
    await runtime.stores.contact_fields.remove(company_id, [field_id])


def _without(contact: Contact, field_id: str) -> Contact:
    if field_id not in contact.fields:
        return contact
    return replace(
        contact, fields={name: value for name, value in contact.fields.items() if name != field_id}
    )
