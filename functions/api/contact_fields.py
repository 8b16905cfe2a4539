"""/v1/contact-fields: what a company keeps of its contacts beside what all have."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import StringConstraints

from functions.api.kit.authentication import Reader, Writer
from functions.api.kit.author import author_of
from functions.api.kit.paging import Page, list_page
from functions.api.kit.route import ApiRoute
from functions.api.kit.shapes import Input, ItemId, Listed, Name, Output
from shared.domain.contacts.contact_field import FIELD_ID, ContactField, FieldKind
from shared.usecases.contacts import delete_contact_field as deleting
from shared.usecases.contacts.save_contact_field import create_contact_field, edit_contact_field
from shared.views import contact_fields as view

router = APIRouter(prefix="/v1/contact-fields", tags=["contact fields"], route_class=ApiRoute)


class FieldNameInput(Input):
    """What people read."""

    name: Name


class FieldInput(FieldNameInput):
    """A field. `id` is its name in templates and segments: `loyalty_level`; it stays, as does the kind."""

    id: Annotated[str, StringConstraints(pattern=FIELD_ID)]
    kind: FieldKind = FieldKind.TEXT


class FieldOutput(Output):
    """A field of the company's own."""

    id: str
    name: str
    kind: FieldKind
    created_at: datetime


@router.post("", status_code=201)
async def add_contact_field(caller: Writer, body: FieldInput, response: Response) -> FieldOutput:
    """Define a field."""
    field = ContactField(id=body.id, name=body.name, kind=body.kind, created_at=caller.runtime.now())
    field = await create_contact_field(caller.runtime, caller.company_id, field)
    response.headers["Location"] = f"/v1/contact-fields/{field.id}"
    return FieldOutput.of(field)


@router.get("")
async def list_contact_fields(
    caller: Reader, paging: Page, kind: FieldKind | None = None
) -> Listed[FieldOutput]:
    """The company's fields, newest first."""
    return await list_page(caller, paging, FieldOutput, view.list_contact_fields, kind=kind)


@router.get("/{field_id}")
async def get_contact_field(caller: Reader, field_id: ItemId) -> FieldOutput:
    """One field."""
    return FieldOutput.of(await view.get_contact_field(caller.runtime, caller.company_id, field_id))


@router.patch("/{field_id}")
async def change_contact_field(caller: Writer, field_id: ItemId, body: FieldNameInput) -> FieldOutput:
    """Give a field another name for people."""
    return FieldOutput.of(await edit_contact_field(caller.runtime, caller.company_id, field_id, body.name))


@router.delete("/{field_id}", status_code=204)
async def delete_contact_field(caller: Writer, field_id: ItemId) -> None:
    """Delete a field, with its values."""
    await deleting.delete_contact_field(caller.runtime, caller.company_id, field_id, author_of(caller))
