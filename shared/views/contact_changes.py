"""What changed of a contact, when and by whom."""

from datetime import datetime

from msgspec import Struct

from shared.domain.contacts.contact_changes import Author, ContactEvent, ContactPair, events_of
from shared.domain.errors import NotFound
from shared.firestore.contact_shards import pairs_in
from shared.firestore.kit.query import Match
from shared.firestore.queries.lists import CONTACT_CHANGES
from shared.runtime import Runtime
from shared.views.kit.paging import Page, PageAsked, page_of


class ChangeOfContact(Struct, frozen=True, kw_only=True):
    """One change of one contact."""

    id: str
    at: datetime
    author: Author
    pair: ContactPair

    @property
    def events(self) -> tuple[ContactEvent, ...]:
        """What happened."""
        return tuple(events_of(self.pair))


async def list_changes_of_contact(
    runtime: Runtime, company_id: str, asked: PageAsked, contact_id: str
) -> Page[ChangeOfContact]:
    """Changes of a contact, newest first; also of one that was deleted. Raises NotFound."""
    match = (Match("contact_ids", contact_id),)
    page = await page_of(runtime.stores.contact_changes, company_id, asked, CONTACT_CHANGES, match)
    shards = runtime.stores.contact_shards
    if not page.items and asked.after is None and not await shards.contacts(company_id, [contact_id]):
        raise NotFound("contact", contact_id)
    found = [
        ChangeOfContact(id=change.id, at=change.at, author=Author(change.by, change.by_id), pair=pair)
        for change in page.items
        for pair in pairs_in(change)
        if pair.contact_id == contact_id
    ]
    return Page(found, page.next_after)
