"""/v1/contact-lists: contacts that were put together."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import Field

from functions.api.kit.authentication import Caller, Reader, Writer
from functions.api.kit.author import author_of
from functions.api.kit.idempotency import new_id
from functions.api.kit.paging import Page, list_page
from functions.api.kit.route import ApiRoute
from functions.api.kit.shapes import Input, ItemId, Listed, Name, Output
from shared.domain.contacts.contact_list import ContactList
from shared.usecases.contacts.change_membership import change_membership
from shared.usecases.contacts.delete_contact_list import delete_contact_list
from shared.usecases.contacts.save_contact_list import create_contact_list, edit_contact_list
from shared.views import contact_lists as view

router = APIRouter(prefix="/v1/contact-lists", tags=["contact lists"], route_class=ApiRoute)


class ListInput(Input):
    """A list by its name."""

    name: Name


class MembersInput(Input):
    """Contacts by their ids."""

    contact_ids: Annotated[tuple[ItemId, ...], Field(min_length=1, max_length=1000)]


class ListOutput(Output):
    """A list. Who is on it: `GET /v1/contacts?list_id=…`."""

    id: str
    name: str
    created_at: datetime
    updated_at: datetime


class MembershipOutput(Output):
    """How many contacts came onto the list, or left it; how many were there before; how many do not exist."""

    changed: int
    unchanged: int
    missing: int


@router.post("", status_code=201)
async def add_list(caller: Writer, body: ListInput, request: Request, response: Response) -> ListOutput:
    """Create a list."""
    now = caller.runtime.now()
    item = ContactList(id=new_id(request), name=body.name, created_at=now, updated_at=now)
    item = await create_contact_list(caller.runtime, caller.company_id, item)
    response.headers["Location"] = f"/v1/contact-lists/{item.id}"
    return ListOutput.of(item)


@router.get("")
async def list_lists(caller: Reader, paging: Page, name: Name | None = None) -> Listed[ListOutput]:
    """The company's lists, newest first. `name` is the whole name."""
    return await list_page(caller, paging, ListOutput, view.list_contact_lists, name=name)


@router.get("/{list_id}")
async def get_list(caller: Reader, list_id: ItemId) -> ListOutput:
    """One list."""
    return ListOutput.of(await view.get_contact_list(caller.runtime, caller.company_id, list_id))


@router.patch("/{list_id}")
async def change_list(caller: Writer, list_id: ItemId, body: ListInput) -> ListOutput:
    """Give a list another name."""
    return ListOutput.of(await edit_contact_list(caller.runtime, caller.company_id, list_id, body.name))


@router.delete("/{list_id}", status_code=204)
async def delete_one_list(caller: Writer, list_id: ItemId) -> None:
    """Delete a list. Its contacts stay."""
    await delete_contact_list(caller.runtime, caller.company_id, list_id, author_of(caller))


@router.post("/{list_id}/add")
async def add_list_members(caller: Writer, list_id: ItemId, body: MembersInput) -> MembershipOutput:
    """Put contacts on a list."""
    return await _change(caller, list_id, body, are_members=True)


@router.post("/{list_id}/remove")
async def remove_list_members(caller: Writer, list_id: ItemId, body: MembersInput) -> MembershipOutput:
    """Take contacts off a list."""
    return await _change(caller, list_id, body, are_members=False)


async def _change(caller: Caller, list_id: str, body: MembersInput, *, are_members: bool) -> MembershipOutput:
    changed = await change_membership(
        caller.runtime,
        caller.company_id,
        list_id,
        body.contact_ids,
        author_of(caller),
        are_members=are_members,
    )
    return MembershipOutput.of(changed)
