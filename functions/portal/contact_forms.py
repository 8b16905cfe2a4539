"""Making a contact, and changing one."""

from starlette.responses import Response

from functions.portal.contact_form import TypedContact, read_edit, typed_of, typed_of_contact
from functions.portal.kit.lists import every
from functions.portal.kit.pages import Pages
from functions.portal.kit.visit import Visit
from shared.domain.channels.channel import all_channels
from shared.domain.companies.api_key import Scope
from shared.domain.contacts.contact import Contact
from shared.domain.contacts.contact_field import ContactField
from shared.domain.errors import Conflict, InvalidInput
from shared.domain.ids import random_id
from shared.usecases.contacts.delete_contact import delete_contact
from shared.usecases.contacts.save_contact import create_contact, edit_contact
from shared.views.contact_fields import list_contact_fields
from shared.views.contact_lists import list_contact_lists
from shared.views.contacts import get_contact

pages = Pages()


@pages.get("/contacts/new", Scope.WRITE)
async def show_new_contact(visit: Visit) -> Response:
    """An empty form."""
    return await _page(visit, await _fields(visit), TypedContact(), {}, random_id(), None)


@pages.post("/contacts", Scope.WRITE)
async def add_contact(visit: Visit) -> Response:
    """Store a new contact. Sent twice, it is one."""
    fields, contact_id = await _fields(visit), visit.form.item_id("id")
    try:
        edit = read_edit(visit.form, fields)
        made = await create_contact(visit.runtime, visit.company_id, contact_id, edit, visit.author)
    except (InvalidInput, Conflict) as wrong:
        typed = typed_of(visit.form, fields)
        return await _page(visit, fields, typed, _problems(wrong), contact_id, None)
    return visit.go(f"/contacts/{made.id}", done="The person is stored.")


@pages.get("/contacts/{contact_id}/edit", Scope.WRITE)
async def show_edit_contact(visit: Visit) -> Response:
    """The form with what is known."""
    known = await get_contact(visit.runtime, visit.company_id, visit.path("contact_id"))
    typed = typed_of_contact(known.contact)
    return await _page(visit, await _fields(visit), typed, {}, known.id, known.contact)


@pages.post("/contacts/{contact_id}/edit", Scope.WRITE)
async def change_contact(visit: Visit) -> Response:
    """Store what was changed, unless somebody else changed it meanwhile."""
    known = await get_contact(visit.runtime, visit.company_id, visit.path("contact_id"))
    fields = await _fields(visit)
    try:
        edit = read_edit(visit.form, fields)
        await edit_contact(visit.runtime, visit.company_id, known.id, edit, visit.author)
    except (InvalidInput, Conflict) as wrong:
        typed = typed_of(visit.form, fields)
        return await _page(visit, fields, typed, _problems(wrong), known.id, known.contact)
    return visit.go(f"/contacts/{known.id}", done="The change is stored.")


@pages.get("/contacts/{contact_id}/delete", Scope.WRITE)
async def ask_delete_contact(visit: Visit) -> Response:
    """What deleting does, before it is done."""
    known = await get_contact(visit.runtime, visit.company_id, visit.path("contact_id"))
    return visit.page("contacts/delete.html", contact=known.contact)


@pages.post("/contacts/{contact_id}/delete", Scope.WRITE)
async def remove_contact(visit: Visit) -> Response:
    """Delete a contact; its history stays."""
    await delete_contact(visit.runtime, visit.company_id, visit.path("contact_id"), visit.author)
    return visit.go("/contacts", done="The person is deleted.")


def _problems(wrong: InvalidInput | Conflict) -> dict[str, str]:
    """What is wrong, by the form's fields. `addresses[1].address` is the second that was filled in."""
    if isinstance(wrong, Conflict):
        return {"version": str(wrong).rstrip(".")}
    return {one.field: one.reason for one in wrong.problems}


async def _fields(visit: Visit) -> list[ContactField]:
    return sorted(await every(visit, list_contact_fields), key=lambda one: one.name.casefold())


async def _page(
    visit: Visit,
    fields: list[ContactField],
    typed: TypedContact,
    problems: dict[str, str],
    contact_id: str,
    contact: Contact | None,
) -> Response:
    return visit.page(
        "contacts/form.html",
        code=422 if problems else 200,
        fields=fields,
        typed=typed,
        problems=problems,
        contact_id=contact_id,
        contact=contact,
        lists=await every(visit, list_contact_lists),
        channels=all_channels(),
    )
