"""/v1/senders: what messages may come from. Ops add them, with their credentials."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Field

from functions.api.kit.authentication import Reader, Sending
from functions.api.kit.channel_name import ChannelName
from functions.api.kit.paging import Page, list_page
from functions.api.kit.route import ApiRoute
from functions.api.kit.shapes import FieldName, ItemId, Listed, Output
from shared.domain.senders.sender import Provider
from shared.usecases.sending.resume_sender import resume_sender
from shared.views import senders as view
from shared.views.providers import provider_names

router = APIRouter(prefix="/v1/senders", tags=["senders"], route_class=ApiRoute)


def _named(schema: dict[str, Any]) -> None:
    schema["enum"] = list(provider_names())


ProviderName = Annotated[Provider, Field(json_schema_extra=_named)]


class SenderOutput(Output):
    """A sender. `rate_per_second` is its pace in messages.

    One is paused when its provider says that the account or the sender is broken; `paused_reason` says how.
    `created_at` is null for one of an older version.
    """

    id: str
    channel: ChannelName
    provider: ProviderName
    address: str
    name: str
    rate_per_second: float
    is_paused: bool
    paused_reason: str
    created_at: datetime | None


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


@router.post("/{sender_id}/resume")
async def resume_one_sender(caller: Sending, sender_id: ItemId) -> SenderOutput:
    """Go on with a paused sender, once what its provider found wrong is mended."""
    return SenderOutput.of(await resume_sender(caller.runtime, caller.company_id, sender_id))
