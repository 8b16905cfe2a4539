"""/v1/messages: what became of each message."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from msgspec import Struct
from msgspec.structs import asdict
from pydantic import Field
from starlette.responses import StreamingResponse

from functions.api.kit.authentication import Reader, Sending
from functions.api.kit.channel_name import ChannelName
from functions.api.kit.paging import Page, Range, list_page
from functions.api.kit.route import ApiRoute
from functions.api.kit.shapes import FieldName, Input, ItemId, Listed, Output
from functions.downloads import csv_response
from shared.domain.campaigns.reply_option import Disposition
from shared.domain.fires.waiting import Wait
from shared.domain.messages.message import Message, MessageState
from shared.domain.messages.sending import Delivery
from shared.domain.messages.skipping import skip_words
from shared.usecases.evidence.settle_message import Settlement, settle_message
from shared.usecases.sending.withdraw_message import withdraw_message
from shared.views import exports
from shared.views import messages as view

router = APIRouter(prefix="/v1/messages", tags=["messages"], route_class=ApiRoute)


class SettlementInput(Input):
    """What somebody decided about a message whose outcome is unknown."""

    settlement: Settlement = Field(alias="as")


class WaitOutput(Output):
    """What a message waits for, in words, and until when, where that is known.

    `kind`: `not_due` (its step), `outside_window`, `closed_day`, `holiday`, `quiet_hours` (of a place),
    `pace` (of its sender), `held` (something is paused), `cap`, `capacity` (of its sender, in a day),
    `condition` (what is to come first has not), `person` (is to write first), `cancelation` (of its
    appointment), or `due`.
    """

    kind: str
    until: datetime | None
    words: str


class MessageOutput(Output):
    """A message. `reason` says why it was skipped, failed or is unknown; `delivery` how far it got.

    `searched_at` is when the provider's history was searched in vain; `settled_by` is who or what decided
    on an unknown one: "history", "policy" or an API key.
    `planned_for` is when it goes out, while it is queued, and `waits` says why not before. `withdrawn_by` is
    the file that canceled or changed its appointment: it is skipped, or if that came too late not sent again.
    `followed` is the file by whose row it was planned anew. Of a skipped one, `explanation`
    says why in words, and `duplicate_of` is the message it is the same as.
    """

    id: str
    fire_id: str
    campaign_id: str
    step_id: str
    file_id: str | None
    row_number: int | None
    sender_id: str
    channel: ChannelName
    address: str
    subject: str
    body: str
    html: str
    media_urls: tuple[str, ...]
    state: MessageState
    reason: str | None
    code: str | None
    delivery: Delivery | None
    delivery_code: str | None
    delivery_reason: str | None
    disposition: Disposition | None
    provider_id: str | None
    duplicate_of: str | None
    explanation: str | None
    resend_of: str | None
    searched_at: datetime | None
    settled_by: str | None
    withdrawn_by: str | None
    followed: str | None
    waits: WaitOutput | None
    planned_for: datetime | None
    not_after: datetime | None
    created_at: datetime
    sent_at: datetime | None

    @classmethod
    def derived(cls, record: Message) -> dict[str, object]:
        """Its explanation, and what it waits for, where that was looked up."""
        waits: Wait | None = getattr(record, "waits", None)
        return {"explanation": skip_words(record), "waits": WaitOutput.of(waits) if waits else None}


class MessageFilters(Struct, frozen=True, kw_only=True):
    """Which messages are asked for: those that match every filter given."""

    fire_id: ItemId | None = None
    campaign_id: ItemId | None = None
    sender_id: ItemId | None = None
    channel: ChannelName | None = None
    state: MessageState | None = None
    delivery: Delivery | None = None
    disposition: Disposition | None = None
    address: FieldName | None = None


Filters = Annotated[MessageFilters, Depends()]


@router.get("")
async def list_messages(caller: Reader, paging: Page, filters: Filters) -> Listed[MessageOutput]:
    """Messages that match every filter given, newest first. `address` is in any spelling."""
    return await list_page(caller, paging, MessageOutput, view.list_shown_messages, **asdict(filters))


@router.get("/export", response_class=Response, responses={200: {"content": {"text/csv": {}}}})
async def export_messages(
    caller: Reader, between: Annotated[Range, Depends()], filters: Filters
) -> StreamingResponse:
    """The same messages as a CSV file, with the campaigns' names and times on the company's clock.

    At most 100,000: of more, ask for some with `since` and `until` or another filter.
    """
    pieces = await exports.export_messages(
        caller.runtime, caller.company_id, since=between.since, until=between.until, **asdict(filters)
    )
    return csv_response(pieces, "messages.csv")


@router.get("/{message_id}")
async def get_message(caller: Reader, message_id: ItemId) -> MessageOutput:
    """One message."""
    return MessageOutput.of(await view.get_message(caller.runtime, caller.company_id, message_id))


@router.delete("/{message_id}")
async def withdraw_one_message(caller: Sending, message_id: ItemId) -> MessageOutput:
    """Withdraw a message that waits: it is skipped, and never sent. Again changes nothing.

    One that is being sent, was sent or failed cannot be withdrawn.
    """
    withdrawn = await withdraw_message(
        caller.runtime, caller.company_id, message_id, by=f"api key {caller.key.id}"
    )
    return MessageOutput.of(withdrawn)


@router.post("/{message_id}/settle")
async def settle_one_message(caller: Sending, message_id: ItemId, body: SettlementInput) -> MessageOutput:
    """Decide on a message whose outcome is unknown: as `sent`, `not_sent`, or `resend`.

    To resend makes a new message, whose `resend_of` is this one.
    """
    settled = await settle_message(
        caller.runtime, caller.company_id, message_id, body.settlement, by=f"api key {caller.key.id}"
    )
    return MessageOutput.of(settled)
