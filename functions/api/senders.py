"""/v1/senders: what messages may come from. Ops add them, with their credentials."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Field

from functions.api.kit.authentication import Admin, Reader, Sending
from functions.api.kit.channel_name import ChannelName
from functions.api.kit.paging import Page, list_page
from functions.api.kit.route import ApiRoute
from functions.api.kit.shapes import FieldName, Input, ItemId, Listed, Output
from shared.domain.senders.sender import Provider
from shared.usecases.senders.change_sender import change_sender
from shared.usecases.senders.inspect_sender import inspect_sender
from shared.usecases.sending.resume_sender import resume_sender
from shared.views import senders as view
from shared.views.providers import provider_names

router = APIRouter(prefix="/v1/senders", tags=["senders"], route_class=ApiRoute)


def _named(schema: dict[str, Any]) -> None:
    schema["enum"] = list(provider_names())


ProviderName = Annotated[Provider, Field(json_schema_extra=_named)]


class SenderChanges(Input):
    """What may be changed of a sender. `reply_to` is for a mailbox; null has answers go to itself."""

    reply_to: Annotated[str, Field(min_length=1, max_length=320)] | None


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
    created_at: datetime | None


class SenderCheckOutput(Output):
    """What the provider says of a sender now. It can send when `problem` is null.

    `remarks` are sentences on how it is registered with carriers, and on what is set at the provider.
    """

    problem: str | None
    remarks: tuple[str, ...]


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


@router.patch("/{sender_id}")
async def change_one_sender(caller: Admin, sender_id: ItemId, body: SenderChanges) -> SenderOutput:
    """Change where answers to a mailbox's mails go.

    Campaigns that are ready keep what they were frozen with.
    """
    changed = await change_sender(caller.runtime, caller.company_id, sender_id, body.reply_to)
    return SenderOutput.of(changed)


@router.post("/{sender_id}/resume")
async def resume_one_sender(caller: Sending, sender_id: ItemId) -> SenderOutput:
    """Go on with a paused sender, once what its provider found wrong is mended."""
    return SenderOutput.of(await resume_sender(caller.runtime, caller.company_id, sender_id))
