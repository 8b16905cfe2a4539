"""Lists of contacts."""

from shared.domain.contacts.contact_list import ContactList
from shared.firestore.queries.lists import CONTACT_LISTS
from shared.runtime import Runtime
from shared.views.kit.paging import Page, PageAsked, page_of


async def list_contact_lists(
    runtime: Runtime, company_id: str, asked: PageAsked, *, name: str | None = None
) -> Page[ContactList]:
    """The company's lists, newest first. `name` is the whole name."""
    return await page_of(runtime.stores.contact_lists, company_id, asked, CONTACT_LISTS, name=name)


async def get_contact_list(runtime: Runtime, company_id: str, list_id: str) -> ContactList:
    """One list. Raises NotFound."""
    return await runtime.stores.contact_lists.get(company_id, list_id)
