"""Fields of a company's own."""

from shared.domain.contacts.contact_field import ContactField, FieldKind
from shared.firestore.queries.lists import CONTACT_FIELDS
from shared.runtime import Runtime
from shared.views.kit.paging import Page, PageAsked, page_of


async def list_contact_fields(
    runtime: Runtime, company_id: str, asked: PageAsked, *, kind: FieldKind | None = None
) -> Page[ContactField]:
    """The company's fields, newest first."""
    return await page_of(runtime.stores.contact_fields, company_id, asked, CONTACT_FIELDS, kind=kind)


async def get_contact_field(runtime: Runtime, company_id: str, field_id: str) -> ContactField:
    """One field. Raises NotFound."""
    return await runtime.stores.contact_fields.get(company_id, field_id)
