"""Delete a list of contacts; they stay."""

from shared.domain.contacts.contact_changes import Author
from shared.runtime import Runtime
from shared.usecases.contacts.change_contacts import change_every_contact
from shared.usecases.contacts.change_membership import without_list


async def delete_contact_list(runtime: Runtime, company_id: str, list_id: str, author: Author) -> None:
    """Take everybody off a list, then delete it. Cut short, the same call goes on. Raises NotFound."""
    await runtime.stores.contact_lists.get(company_id, list_id)
    await change_every_contact(runtime, company_id, lambda one: without_list(one, list_id), author)
    await runtime.stores.contact_lists.remove(company_id, [list_id])
