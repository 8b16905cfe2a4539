"""/v1/senders: what messages may come from."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import Field, StrictInt

from functions.api.kit.authentication import Admin, Reader, Sending
from functions.api.kit.channel_name import ChannelName
from functions.api.kit.idempotency import new_id
from functions.api.kit.paging import Page, RowPage, list_page
from functions.api.kit.route import ApiRoute
from functions.api.kit.shapes import LEFT_OUT, FieldName, Input, ItemId, Listed, Output
from shared.domain.companies.consent_rules import ANSWER_CHARACTERS
from shared.domain.senders.day_left import MOST_A_DAY
from shared.domain.senders.sender import Provider, Sender
from shared.domain.templates.provider_content import Approval, ProviderContent
from shared.usecases.senders.add_sender import add_sender
from shared.usecases.senders.change_sender import change_sender
from shared.usecases.senders.inspect_sender import inspect_sender
from shared.usecases.sending.pause_sender import pause_by_hand
from shared.usecases.sending.resume_sender import resume_sender
from shared.views import senders as view
from shared.views.contents import list_contents
from shared.views.providers import provider_names
from shared.views.text_warnings import content_warnings

router = APIRouter(prefix="/v1/senders", tags=["senders"], route_class=ApiRoute)


def _named(schema: dict[str, Any]) -> None:
    schema["enum"] = list(provider_names())


ProviderName = Annotated[Provider, Field(json_schema_extra=_named)]


_Text = Annotated[str, Field(max_length=ANSWER_CHARACTERS)]


_Rate = Annotated[float, Field(gt=0, le=100_000)]
_Name = Annotated[str, Field(max_length=100)]


class SenderInput(Input):
    """A sender to add, with what it signs in with. Its provider is asked first whether it is the company's.

    `address` is in any spelling; `rate_per_second` is the pace the provider allows it, in messages.
    `credentials` are those of `PUT /v1/senders/{sender_id}/credentials`. `name` is what mails come from.
    """

    channel: ChannelName
    provider: ProviderName
    address: Annotated[str, Field(min_length=1, max_length=320)]
    name: _Name = ""
    rate_per_second: _Rate = 1.0
    reply_to: Annotated[str, Field(min_length=1, max_length=320)] | None = None
    credentials: dict[str, str]


class SenderChanges(Input):
    """What may be changed of a sender; what is left out stays.

    `reply_to` is for a mailbox; null has answers go to itself. `help_text` and `opt_out_text` answer HELP and
    confirm STOP in place of the company's. `keywords_at_provider` is true while the provider answers STOP,
    START and HELP by itself, as Twilio does for text messages; set it to false once that is turned off there.
    `stand_in_id` is a sender of the same channel: while this one's provider is down, that one takes over what
    was provably not accepted. `daily_capacity` is how many messages of campaigns may leave from it in a day,
    on the company's clock; null: as many as its pace allows. What is beyond waits for the next day.
    `link_name` is what links that open a chat are made of: an Instagram account's
    name (without it nobody can be invited there), or a page's.
    """

    name: _Name = LEFT_OUT
    rate_per_second: _Rate = LEFT_OUT
    daily_capacity: Annotated[StrictInt, Field(ge=1, le=MOST_A_DAY)] | None = None
    reply_to: Annotated[str, Field(min_length=1, max_length=320)] | None = None
    help_text: _Text = LEFT_OUT
    opt_out_text: _Text = LEFT_OUT
    keywords_at_provider: bool = LEFT_OUT
    stand_in_id: ItemId | None = None
    link_name: Annotated[str, Field(max_length=100, pattern=r"^[A-Za-z0-9._-]*$")] = LEFT_OUT


class SenderOutput(Output):
    """A sender. `rate_per_second` is its pace in messages.

    One is paused when its provider says that the account or the sender is broken; `paused_reason` says how.
    `address` is a phone number, a mailbox, or what the provider alone knows: at Twilio a short code's digits,
    or the id of a messaging service. `created_at` is null for one of an older version. Answers to a mailbox's
    mails go to `reply_to`, if set.
    """

    id: str
    channel: ChannelName
    provider: ProviderName
    address: str
    name: str
    reply_to: str | None
    rate_per_second: float
    is_paused: bool
    paused_reason: str
    help_text: str
    opt_out_text: str
    keywords_at_provider: bool
    stand_in_id: str | None
    link_name: str
    daily_capacity: int | None
    created_at: datetime | None


class SenderCheckOutput(Output):
    """What the provider says of a sender now. It can send when `problem` is null.

    `remarks` are sentences on how it is registered with carriers, and on what is set at the provider.
    """

    problem: str | None
    remarks: tuple[str, ...]


class ContentButtonOutput(Output):
    """A button: `id` comes back as the reply's `choice`."""

    id: str
    title: str


class ContentOutput(Output):
    """A message format that a provider keeps. `places` are the names of what a template must fill in.

    `kind` is the provider's word; `reason` says why a network rejected it. `warnings` say what becomes of
    words that its text asks for.
    """

    id: str
    name: str
    language: str
    kind: str
    body: str
    buttons: tuple[ContentButtonOutput, ...]
    places: tuple[str, ...]
    samples: dict[str, str]
    approval: Approval
    reason: str
    warnings: tuple[str, ...]

    @classmethod
    def derived(cls, record: ProviderContent) -> dict[str, object]:
        """What carriers would do with the words that it asks for."""
        return {"warnings": content_warnings(record)}


@router.post("", status_code=201)
async def add_one_sender(
    caller: Admin, body: SenderInput, request: Request, response: Response
) -> SenderOutput:
    """Add a sender. Nothing is stored that its provider does not know, or could not send from."""
    given = body.model_dump(exclude={"credentials", "channel"})
    sender = Sender(id=new_id(request), channel=body.channel, created_at=caller.runtime.now(), **given)
    added = await add_sender(caller.runtime, caller.company_id, sender, body.credentials)
    response.headers["Location"] = f"/v1/senders/{added.id}"
    return SenderOutput.of(added)


@router.get("")
async def list_senders(
    caller: Reader,
    paging: Page,
    channel: ChannelName | None = None,
    provider: ProviderName | None = None,
    is_paused: bool | None = None,
    address: FieldName | None = None,
) -> Listed[SenderOutput]:
    """The company's senders, newest first. `address` is in any spelling."""
    return await list_page(
        caller,
        paging,
        SenderOutput,
        view.list_senders,
        channel=channel,
        provider=provider,
        is_paused=is_paused,
        address=address,
    )


@router.get("/{sender_id}")
async def get_sender(caller: Reader, sender_id: ItemId) -> SenderOutput:
    """One sender."""
    return SenderOutput.of(await view.get_sender(caller.runtime, caller.company_id, sender_id))


@router.get("/{sender_id}/check")
async def check_one_sender(caller: Sending, sender_id: ItemId) -> SenderCheckOutput:
    """Ask the provider how the sender is."""
    return SenderCheckOutput.of(await inspect_sender(caller.runtime, caller.company_id, sender_id))


@router.get("/{sender_id}/contents")
async def list_sender_contents(caller: Sending, paging: RowPage, sender_id: ItemId) -> Listed[ContentOutput]:
    """The message formats that the sender's provider keeps, and whether networks approved them."""
    return await list_page(caller, paging, ContentOutput, list_contents, sender_id=sender_id)


@router.patch("/{sender_id}")
async def change_one_sender(caller: Admin, sender_id: ItemId, body: SenderChanges) -> SenderOutput:
    """Change its name and pace, where answers to a mailbox's mails go, and what it answers by itself.

    Campaigns that are ready keep the name, pace and `reply_to` they were frozen with; the rest holds at once.
    """
    changed = await change_sender(caller.runtime, caller.company_id, sender_id, body.given())
    return SenderOutput.of(changed)


@router.post("/{sender_id}/pause")
async def pause_one_sender(caller: Sending, sender_id: ItemId) -> SenderOutput:
    """Send nothing from it until it is resumed. What is to go out waits; none of it is lost."""
    by = f"The API key {caller.key.name}"
    return SenderOutput.of(await pause_by_hand(caller.runtime, caller.company_id, sender_id, by))


@router.post("/{sender_id}/resume")
async def resume_one_sender(caller: Sending, sender_id: ItemId) -> SenderOutput:
    """Go on with a paused sender, once what its provider found wrong is mended."""
    return SenderOutput.of(await resume_sender(caller.runtime, caller.company_id, sender_id))
