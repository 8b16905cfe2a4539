"""Whom somebody means who types a name or an address."""

from contextlib import suppress

from functions.portal.kit.visit import Visit
from shared.domain.errors import InvalidInput
from shared.views.contacts import list_contacts
from shared.views.kit.paging import PageAsked


async def contact_named(visit: Visit, text: str) -> str:
    """The id of the contact with this address, or else of the first with that in their name.

    Raises InvalidInput at `person`.
    """
    runtime, company_id, first = visit.runtime, visit.company_id, PageAsked(1)
    with suppress(InvalidInput):
        found = await list_contacts(runtime, company_id, first, address=text)
        if found.items:
            return found.items[0].id
    found = await list_contacts(runtime, company_id, first, name=text)
    if not found.items:
        raise InvalidInput.at("person", "no contact has this name or address")
    return found.items[0].id
