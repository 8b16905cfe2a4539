"""Something that is done with many contacts: first in numbers, then in earnest."""

from enum import StrEnum

from msgspec import Struct
from starlette.responses import Response

from functions.portal.contact_search import MOST, Search, find_all
from functions.portal.kit.lists import every
from functions.portal.kit.pages import Pages
from functions.portal.kit.visit import Visit
from shared.domain.companies.api_key import Scope
from shared.domain.errors import InvalidInput, RollcallError
from shared.usecases.contacts.change_many import Changed
from shared.usecases.contacts.change_membership import change_membership
from shared.usecases.contacts.tag_contacts import tag_contacts
from shared.usecases.contacts.unsubscribe_contacts import unsubscribe_contacts
from shared.views.contact_lists import list_contact_lists

pages = Pages()


class Deed(StrEnum):
    """What is done with each of them."""

    ADD_TAG = "add_tag"
    REMOVE_TAG = "remove_tag"
    ADD_LIST = "add_list"
    REMOVE_LIST = "remove_list"
    UNSUBSCRIBE = "unsubscribe"


OF_TAGS, OF_LISTS = (Deed.ADD_TAG, Deed.REMOVE_TAG), (Deed.ADD_LIST, Deed.REMOVE_LIST)
ALL_FOUND = "found"


class Wish(Struct, frozen=True, kw_only=True):
    """What somebody asks for: with whom, what, and with which tag or list."""

    search: Search
    is_for_all: bool
    contact_ids: tuple[str, ...]
    deed: Deed
    tag: str
    list_id: str
    note: str


@pages.post("/contacts/bulk", Scope.WRITE)
async def ask_bulk(visit: Visit) -> Response:
    """How many contacts it would be, before anything is done; without a choice, what is missing."""
    try:
        wish = _read(visit)
        ids, addresses = await _whom(visit, wish)
    except InvalidInput as invalid:
        return visit.go(_back(visit), refused=f"{invalid.problems[0].reason}.")
    lists = {one.id: one.name for one in await every(visit, list_contact_lists)}
    return visit.page(
        "contacts/bulk.html",
        wish=wish,
        count=len(ids),
        addresses=addresses,
        list_name=lists.get(wish.list_id, ""),
    )


@pages.post("/contacts/bulk/do", Scope.WRITE)
async def do_bulk(visit: Visit) -> Response:
    """Do it."""
    try:
        wish = _read(visit)
        ids, _ = await _whom(visit, wish)
        done = await _do(visit, wish, ids)
    except InvalidInput as invalid:
        return visit.go(_back(visit), refused=f"{invalid.problems[0].reason}.")
    except RollcallError as refused:
        return visit.go(_back(visit), refused=str(refused))
    return visit.go(_back(visit), done=done)


def _read(visit: Visit) -> Wish:
    """Raises InvalidInput."""
    form = visit.form
    deed = form.choice("deed", Deed)
    wish = Wish(
        search=Search(form.given("q")[:200], form.given("tag")[:200], form.given("list")[:64]),
        is_for_all=form.given("whom") == ALL_FOUND,
        contact_ids=tuple(dict.fromkeys(form.lines("contact_id")))[:MOST],
        deed=deed,
        tag=form.line("new_tag", is_needed=False) if deed in OF_TAGS else "",
        list_id=form.item_id("new_list", is_needed=False) if deed in OF_LISTS else "",
        note=form.line("note", is_needed=False, most=1000),
    )
    form.check()
    if deed in OF_TAGS and not wish.tag:
        raise InvalidInput.at("new_tag", "Type the tag first")
    if deed in OF_LISTS and not wish.list_id:
        raise InvalidInput.at("new_list", "Choose the list first")
    return wish


async def _whom(visit: Visit, wish: Wish) -> tuple[list[str], int | None]:
    """Their ids, and how many addresses they have where that is known. Raises InvalidInput for nobody."""
    if wish.is_for_all:
        found = await find_all(visit, wish.search)
        ids, addresses = [one.id for one in found], sum(len(one.addresses) for one in found)
    else:
        ids, addresses = list(wish.contact_ids), None
    if not ids:
        raise InvalidInput.at("contact_id", "Nobody is chosen: tick some people first")
    return ids, addresses


async def _do(visit: Visit, wish: Wish, ids: list[str]) -> str:
    """What was done, in a sentence."""
    runtime, company_id, author = visit.runtime, visit.company_id, visit.author
    if wish.deed is Deed.UNSUBSCRIBE:
        ended = await unsubscribe_contacts(runtime, company_id, ids, author, wish.note)
        return f"{ended.contacts:,} people get nothing more, at any of their {ended.addresses:,} addresses."
    if wish.deed in OF_TAGS:
        add, remove = ([wish.tag], []) if wish.deed is Deed.ADD_TAG else ([], [wish.tag])
        changed = await tag_contacts(runtime, company_id, ids, author, add=add, remove=remove)
        return _told(changed)
    are_members = wish.deed is Deed.ADD_LIST
    return _told(
        await change_membership(runtime, company_id, wish.list_id, ids, author, are_members=are_members)
    )


def _told(changed: Changed) -> str:
    gone = f" {changed.missing:,} are gone." if changed.missing else ""
    people = "person is" if changed.changed == 1 else "people are"
    before = f"; {changed.unchanged:,} were so before" if changed.unchanged else ""
    return f"{changed.changed:,} {people} changed{before}.{gone}"


def _back(visit: Visit) -> str:
    """To the search that it came from."""
    form = visit.form
    query = Search(form.given("q")[:200], form.given("tag")[:200], form.given("list")[:64]).query
    return f"/contacts?{query}" if query else "/contacts"
