"""Contacts: finding them, and doing something with many of them at once."""

import asyncio
from urllib.parse import urlencode

from msgspec import Struct
from starlette.responses import Response

from functions.downloads import csv_response, xlsx_response
from functions.portal.kit.lists import Shown, every, shown
from functions.portal.kit.pages import Pages
from functions.portal.kit.visit import Visit
from shared.domain.companies.api_key import Scope
from shared.domain.contacts.contact import Contact
from shared.domain.errors import InvalidInput
from shared.views.contact_exports import export_contacts, export_contacts_in_a_sheet
from shared.views.contact_lists import list_contact_lists
from shared.views.contacts import KnownContact, every_contact, list_contacts
from shared.views.names import list_names

pages = Pages()
_DIGITS_OF_A_NUMBER = 6
MOST = 20_000  # contacts that one change takes


class Search(Struct, frozen=True):
    """What contacts are looked for by: `text` is a part of a name, an address, or the company's own id."""

    text: str = ""
    tag: str = ""
    list_id: str = ""

    @property
    def fields(self) -> dict[str, str]:
        """What is given, as an address has it."""
        named = {"q": self.text, "tag": self.tag, "list": self.list_id}
        return {name: value for name, value in named.items() if value}

    @property
    def query(self) -> str:
        """The same as text, after the question mark."""
        return urlencode(self.fields)

    def filters(self, by: str) -> dict[str, str | None]:
        """The filters of the list of contacts, the text taken for `by`: a name, an address or a key."""
        given = {by: self.text, "tag": self.tag, "list_id": self.list_id}
        names = ("name", "address", "key", "tag", "list_id")
        return {name: given.get(name) or None for name in names}

    @property
    def ways(self) -> tuple[str, ...]:
        """What the text may be, the likeliest first."""
        digits = sum(sign.isdigit() for sign in self.text)
        is_address = "@" in self.text or digits >= _DIGITS_OF_A_NUMBER
        return ("address", "name", "key") if is_address else ("name", "key")


@pages.get("/contacts", Scope.READ)
async def show_contacts(visit: Visit) -> Response:
    """Contacts that are found, or all."""
    search = Search(visit.query("q").strip(), visit.query("tag").strip(), visit.query("list"))
    (found, _), lists = await asyncio.gather(find(visit, search), every(visit, list_contact_lists))
    return visit.page(
        "contacts/list.html",
        contacts=found,
        search=search,
        lists=lists,
        names=await _list_names(visit, found),
        is_filtered=bool(search.fields),
    )


async def find(visit: Visit, search: Search) -> tuple[Shown[KnownContact], str]:
    """A page of those that are found, and what the text was taken for."""
    for by in search.ways:
        try:
            found = await shown(visit, list_contacts, **search.filters(by))
        except InvalidInput:  # no address, then
            continue
        if found.items or found.more or not search.text:
            return found, by
    return Shown([], "", ""), search.ways[0]


async def find_all(visit: Visit, search: Search) -> list[Contact]:
    """All that are found. Raises InvalidInput where these are too many for one change."""
    for by in search.ways:
        try:
            found = await every_contact(visit.runtime, visit.company_id, most=MOST, **search.filters(by))
        except InvalidInput:
            continue
        if len(found) > MOST:
            raise InvalidInput.at("contacts", f"are more than {MOST:,}: choose some of them by a tag or list")
        if found:
            return found
    return []


async def _list_names(visit: Visit, found: Shown[KnownContact]) -> dict[str, str]:
    ids = {list_id for one in found.items for list_id in one.contact.list_ids}
    return await list_names(visit.runtime, visit.company_id, ids)


@pages.get("/contacts/export.csv", Scope.READ)
async def download_csv(visit: Visit) -> Response:
    """All contacts, or those of a list or segment, as a file that can be imported again."""
    pieces = await export_contacts(visit.runtime, visit.company_id, **_chosen(visit))
    return csv_response(pieces, "contacts.csv")


@pages.get("/contacts/export.xlsx", Scope.READ)
async def download_sheet(visit: Visit) -> Response:
    """The same as a spreadsheet."""
    pieces = await export_contacts_in_a_sheet(visit.runtime, visit.company_id, **_chosen(visit))
    return xlsx_response(pieces, "contacts.xlsx")


def _chosen(visit: Visit) -> dict[str, str | None]:
    return {"list_id": visit.query("list") or None, "segment_id": visit.query("segment") or None}
