"""/v1/contact-lists: contacts that were put together."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, ClassVar

from fastapi import APIRouter, Request, Response
from pydantic import Field, StringConstraints

from functions.api.kit.authentication import Caller, Reader, Writer
from functions.api.kit.author import author_of
from functions.api.kit.idempotency import new_id
from functions.api.kit.paging import Page, list_page
from functions.api.kit.route import ApiRoute
from functions.api.kit.shapes import Input, ItemId, Listed, Name, Output
from shared.domain.companies.consent_rules import ANSWER_CHARACTERS
from shared.domain.contacts.contact_list import ContactList
from shared.domain.contacts.double_opt_in import MOST_DAYS
from shared.domain.record import replace
from shared.usecases.contacts.change_membership import change_membership
from shared.usecases.contacts.delete_contact_list import delete_contact_list
from shared.usecases.contacts.save_contact_list import create_contact_list, edit_contact_list
from shared.views import contact_lists as view

router = APIRouter(prefix="/v1/contact-lists", tags=["contact lists"], route_class=ApiRoute)


class ListInput(Input):
    """A list by its name.

    With a `confirm_sender_id` it asks for double opt-in: whoever joins is sent `confirm_text` with a link,
    once, and counts as a member when they have answered YES or pressed the link's button within
    `confirm_days`.
    """

    record_type: ClassVar[Callable[..., Any] | None] = ContactList
    name: Name
    confirm_sender_id: Annotated[str, StringConstraints(max_length=100)] = ""
    confirm_text: Annotated[str, StringConstraints(max_length=ANSWER_CHARACTERS)] = ""
    confirm_days: Annotated[int, Field(ge=1, le=MOST_DAYS)] = 7


class ListChanges(Input):
    """What changes of a list; what is not given stays."""

    name: Name | None = None
    confirm_sender_id: Annotated[str, StringConstraints(max_length=100)] | None = None
    confirm_text: Annotated[str, StringConstraints(max_length=ANSWER_CHARACTERS)] | None = None
    confirm_days: Annotated[int, Field(ge=1, le=MOST_DAYS)] | None = None


class MembersInput(Input):
    """Contacts by their ids."""

    contact_ids: Annotated[tuple[ItemId, ...], Field(min_length=1, max_length=1000)]


class ListOutput(Output):
    """A list. Who is on it: `GET /v1/contacts?list_id=…`."""

    id: str
    name: str
    created_at: datetime
    updated_at: datetime
    confirm_sender_id: str
    confirm_text: str
    confirm_days: int


class MembershipOutput(Output):
    """How many contacts came onto the list, or left it; how many were there before; how many do not exist."""

    changed: int
    unchanged: int
    missing: int


@router.post("", status_code=201)
async def add_list(caller: Writer, body: ListInput, request: Request, response: Response) -> ListOutput:
    """Create a list."""
    now = caller.runtime.now()
    item = ContactList(id=new_id(request), created_at=now, updated_at=now, **body.model_dump())
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
async def change_list(caller: Writer, list_id: ItemId, body: ListChanges) -> ListOutput:
    """Give a list another name, or have it ask whoever joins."""
    given = {name: value for name, value in body.model_dump().items() if value is not None}
    changed = await edit_contact_list(
        caller.runtime, caller.company_id, list_id, lambda one: replace(one, **given)
    )
    return ListOutput.of(changed)


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
