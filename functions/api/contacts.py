"""/v1/contacts: people."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, ClassVar

from fastapi import APIRouter, Request, Response
from pydantic import Field, StrictBool, StrictFloat, StrictInt, StrictStr, StringConstraints

from functions.api.kit.authentication import Reader, Writer
from functions.api.kit.author import author_of
from functions.api.kit.channel_name import ChannelName
from functions.api.kit.idempotency import new_id
from functions.api.kit.paging import Page, RowPage, list_page
from functions.api.kit.route import ApiRoute
from functions.api.kit.shapes import LEFT_OUT, Input, ItemId, Listed, Moment, Name, Output
from shared.domain.channels.address_kinds import ADDRESS_CHARACTERS
from shared.domain.contacts.check_contact import (
    KEY_CHARACTERS,
    MOST_ADDRESSES,
    MOST_LISTS,
    MOST_TAGS,
    NAME_CHARACTERS,
    NOTE_CHARACTERS,
    TAG_CHARACTERS,
)
from shared.domain.contacts.contact import Consent
from shared.domain.contacts.contact_changes import ChangedBy, EventKind
from shared.domain.contacts.contact_edit import AddressEdit, ContactEdit
from shared.domain.contacts.contact_field import FIELD_ID, MOST_CHARACTERS, MOST_FIELDS
from shared.domain.contacts.standing import AddressState
from shared.usecases.contacts.delete_contact import delete_contact
from shared.usecases.contacts.save_contact import create_contact, edit_contact
from shared.views import contact_changes as changes_view
from shared.views import contacts as view
from shared.views.contact_changes import ChangeOfContact
from shared.views.contacts import KnownContact

router = APIRouter(prefix="/v1/contacts", tags=["contacts"], route_class=ApiRoute)

_Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=NAME_CHARACTERS)]
Key = Annotated[str, StringConstraints(strip_whitespace=True, max_length=KEY_CHARACTERS)]
Language = Annotated[str, StringConstraints(pattern=r"^([A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*)?$", max_length=35)]
Tag = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=TAG_CHARACTERS)]
Tags = Annotated[tuple[Tag, ...], Field(max_length=MOST_TAGS)]
ListIds = Annotated[tuple[ItemId, ...], Field(max_length=MOST_LISTS)]
FieldId = Annotated[str, StringConstraints(pattern=FIELD_ID)]
_Text = Annotated[StrictStr, Field(max_length=MOST_CHARACTERS)]
Fields = Annotated[
    dict[FieldId, StrictBool | StrictInt | StrictFloat | _Text | None], Field(max_length=MOST_FIELDS)
]
Address = Annotated[str, Field(min_length=1, max_length=ADDRESS_CHARACTERS)]


class AddressInput(Input):
    """An address, in any spelling. A `consent` that is left out stays; `unsubscribed` is a refusal."""

    record_type: ClassVar[Callable[..., Any] | None] = AddressEdit
    channel: ChannelName
    address: Address
    is_preferred: StrictBool = False
    consent: Consent | None = None
    consent_note: Annotated[str, Field(max_length=NOTE_CHARACTERS)] = ""
    consent_at: Moment | None = None


class ContactInput(Input):
    """A person. `key` is your own id of them, which no other contact has; `fields` are by your fields' ids.

    Of several addresses on a channel one is preferred: the first, if none is said to be.
    """

    name: _Line = LEFT_OUT
    key: Key = LEFT_OUT
    language: Language = LEFT_OUT
    time_zone: Annotated[str, Field(max_length=60)] = LEFT_OUT
    tags: Tags = LEFT_OUT
    list_ids: ListIds = LEFT_OUT
    fields: Fields = LEFT_OUT
    addresses: Annotated[tuple[AddressInput, ...], Field(max_length=MOST_ADDRESSES)] = LEFT_OUT


class ContactChanges(ContactInput):
    """What is to be changed. `tags`, `list_ids` and `addresses` take the place of all there were.

    A field that is null is taken away. With `version`, the change is refused if the contact has another one.
    """

    add_tags: Tags = LEFT_OUT
    remove_tags: Tags = LEFT_OUT
    add_list_ids: ListIds = LEFT_OUT
    remove_list_ids: ListIds = LEFT_OUT
    version: Annotated[int, Field(ge=1, strict=True)] | None = None


class AddressOutput(Output):
    """An address in its one form. `consent` and `state` are what holds now, with refusals and bounces.

    `opt_out_id` is what keeps messages from it.
    """

    channel: ChannelName
    address: str
    is_preferred: bool
    consent: Consent
    consent_source: str
    consent_note: str
    consent_at: datetime | None
    state: AddressState
    opt_out_id: str | None


class ContactOutput(Output):
    """A person. `version` counts the changes."""

    id: str
    name: str
    key: str
    language: str
    time_zone: str
    tags: tuple[str, ...]
    list_ids: tuple[str, ...]
    fields: dict[str, bool | int | float | str]
    addresses: tuple[AddressOutput, ...]
    version: int
    created_at: datetime
    changed_at: datetime

    @classmethod
    def derived(cls, record: KnownContact) -> dict[str, object]:
        """What the contact has, and its addresses with what holds for them."""
        contact = record.contact
        own = {name: getattr(contact, name) for name in ContactOutput.model_fields if name != "addresses"}
        pairs = zip(contact.addresses, record.standings, strict=True)
        return own | {
            "addresses": tuple(
                AddressOutput.of(
                    address,
                    consent=standing.consent,
                    consent_source=standing.source,
                    consent_note=standing.note,
                    consent_at=standing.at,
                    state=standing.state,
                    opt_out_id=standing.opt_out_id,
                )
                for address, standing in pairs
            )
        }


class HouseholdOutput(Output):
    """Another contact with the same address."""

    contact_id: str
    name: str
    channel: ChannelName
    address: str


class WholeContactOutput(ContactOutput):
    """A person, with who else has one of their addresses."""

    household: tuple[HouseholdOutput, ...]


class EventOutput(Output):
    """One thing that happened: `what` is the tag, list, channel or field."""

    kind: EventKind
    what: str
    address: str


class ContactChangeOutput(Output):
    """One change of a contact: when, by whom (`by_id` names the key, user or import), and what happened."""

    id: str
    at: datetime
    by: ChangedBy
    by_id: str
    events: tuple[EventOutput, ...]

    @classmethod
    def derived(cls, record: ChangeOfContact) -> dict[str, object]:
        """Who did it."""
        return {"by": record.author.kind, "by_id": record.author.id}


@router.post("", status_code=201)
async def add_contact(
    caller: Writer, body: ContactInput, request: Request, response: Response
) -> WholeContactOutput:
    """Create a contact."""
    made = await create_contact(
        caller.runtime,
        caller.company_id,
        new_id(request),
        ContactEdit(**body.given()),
        author_of(caller),
    )
    response.headers["Location"] = f"/v1/contacts/{made.id}"
    return await get_contact(caller, made.id)


@router.get("")
async def list_contacts(
    caller: Reader,
    paging: RowPage,
    name: Name | None = None,
    address: Address | None = None,
    key: Name | None = None,
    tag: Tag | None = None,
    list_id: ItemId | None = None,
) -> Listed[ContactOutput]:
    """Contacts in an order that stays, but means nothing; those that match every filter given.

    `name` is a part of the name, `address` in any spelling, `key` your own id. A page of a search may hold
    fewer than `limit`: go on while there is a `next_cursor`.
    """
    return await list_page(
        caller,
        paging,
        ContactOutput,
        view.list_contacts,
        name=name,
        address=address,
        key=key,
        tag=tag,
        list_id=list_id,
    )


@router.get("/{contact_id}")
async def get_contact(caller: Reader, contact_id: ItemId) -> WholeContactOutput:
    """One contact."""
    return WholeContactOutput.of(await view.get_contact(caller.runtime, caller.company_id, contact_id))


@router.patch("/{contact_id}")
async def change_contact(caller: Writer, contact_id: ItemId, body: ContactChanges) -> WholeContactOutput:
    """Change a contact: what is named and nothing else."""
    edit = ContactEdit(**body.given())
    await edit_contact(caller.runtime, caller.company_id, contact_id, edit, author_of(caller))
    return await get_contact(caller, contact_id)


@router.delete("/{contact_id}", status_code=204)
async def delete_one_contact(caller: Writer, contact_id: ItemId) -> None:
    """Delete a contact. Its history stays; to forget a person, see deletions."""
    await delete_contact(caller.runtime, caller.company_id, contact_id, author_of(caller))


@router.get("/{contact_id}/changes")
async def list_contact_changes(
    caller: Reader, paging: Page, contact_id: ItemId
) -> Listed[ContactChangeOutput]:
    """What changed of a contact, newest first by `at`; also of one that was deleted."""
    return await list_page(
        caller, paging, ContactChangeOutput, changes_view.list_changes_of_contact, contact_id
    )
