"""Delete a contact. Its history stays: to forget a person is another thing."""

from shared.domain.contacts.contact import Contact
from shared.domain.contacts.contact_changes import Author
from shared.domain.errors import NotFound
from shared.runtime import Runtime
from shared.usecases.contacts.change_one import change_one


async def delete_contact(runtime: Runtime, company_id: str, contact_id: str, author: Author) -> None:
    """Delete a contact; its changes are kept as others are. Raises NotFound."""

    def delete(current: Contact | None) -> None:
        if current is None:
            raise NotFound("contact", contact_id)

    await change_one(runtime, company_id, contact_id, delete, author)
