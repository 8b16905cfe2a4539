"""Lists of contacts: making one, naming it anew, who is on it, deleting it."""

import asyncio

from starlette.responses import Response

from functions.portal.kit.lists import shown
from functions.portal.kit.pages import Pages
from functions.portal.kit.visit import Visit
from shared.domain.companies.api_key import Scope
from shared.domain.contacts.contact_list import ContactList
from shared.domain.errors import InvalidInput
from shared.domain.ids import random_id
from shared.domain.record import replace
from shared.usecases.contacts.delete_contact_list import delete_contact_list
from shared.usecases.contacts.save_contact_list import create_contact_list, edit_contact_list
from shared.views.contact_lists import ListCount, count_list, get_contact_list, list_contact_lists

pages = Pages()


@pages.get("/lists", Scope.READ)
async def show_lists(visit: Visit) -> Response:
    """All lists, and the form for another."""
    return await _page(visit, {})


@pages.post("/lists", Scope.WRITE)
async def add_list(visit: Visit) -> Response:
    """Store a new list. Sent twice, it is one."""
    now = visit.runtime.now()
    try:
        name, item_id = _name(visit), visit.form.item_id("id")
        visit.form.check()
    except InvalidInput as invalid:
        return await _page(visit, {one.field: one.reason for one in invalid.problems})
    item = ContactList(id=item_id, name=name, created_at=now, updated_at=now)
    item = await create_contact_list(visit.runtime, visit.company_id, item)
    return visit.go(f"/lists/{item.id}", done=f"The list {item.name} is there. Put people on it.")


@pages.get("/lists/{list_id}", Scope.READ)
async def show_list(visit: Visit) -> Response:
    """One list, and how many are on it now."""
    item, count = await _counted(visit)
    return visit.page("contacts/one_list.html", item=item, count=count, problems={})


@pages.post("/lists/{list_id}", Scope.WRITE)
async def rename_list(visit: Visit) -> Response:
    """Give a list another name."""
    item = await get_contact_list(visit.runtime, visit.company_id, visit.path("list_id"))
    try:
        name = _name(visit)
    except InvalidInput as invalid:
        return visit.go(f"/lists/{item.id}", refused=f"The name {invalid.problems[0].reason}.")
    await edit_contact_list(visit.runtime, visit.company_id, item.id, lambda known: replace(known, name=name))
    return visit.go(f"/lists/{item.id}", done="The list has its new name.")


@pages.get("/lists/{list_id}/delete", Scope.WRITE)
async def ask_delete_list(visit: Visit) -> Response:
    """How many would be on it no more."""
    item, count = await _counted(visit)
    return visit.page("contacts/delete_list.html", item=item, count=count)


@pages.post("/lists/{list_id}/delete", Scope.WRITE)
async def remove_list(visit: Visit) -> Response:
    """Delete a list; its people stay."""
    await delete_contact_list(visit.runtime, visit.company_id, visit.path("list_id"), visit.author)
    return visit.go("/lists", done="The list is deleted. Its people are still there.")


async def _counted(visit: Visit) -> tuple[ContactList, ListCount]:
    """The list, and how many are on it."""
    list_id = visit.path("list_id")
    return await asyncio.gather(
        get_contact_list(visit.runtime, visit.company_id, list_id),
        count_list(visit.runtime, visit.company_id, list_id),
    )


def _name(visit: Visit) -> str:
    name = visit.form.line("name")
    visit.form.check()
    return name


async def _page(visit: Visit, problems: dict[str, str]) -> Response:
    return visit.page(
        "contacts/lists.html",
        code=422 if problems else 200,
        lists=await shown(visit, list_contact_lists),
        new_id=random_id(),
        problems=problems,
        name=visit.form.given("name"),
    )
