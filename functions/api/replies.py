"""/v1/replies: what people wrote, and what it was taken to mean."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from msgspec import Struct
from msgspec.structs import asdict
from pydantic import Field
from starlette.responses import StreamingResponse

from functions.api.kit.authentication import Reader, Writer
from functions.api.kit.channel_name import ChannelName
from functions.api.kit.paging import Page, Range, list_page
from functions.api.kit.route import ApiRoute
from functions.api.kit.shapes import FieldName, Input, ItemId, Listed, Output
from functions.downloads import csv_response
from shared.domain.campaigns.reply_option import Disposition
from shared.domain.contacts.consent import WordMeaning
from shared.domain.errors import InvalidInput
from shared.domain.replies.asked import Flag, ReplyMeaning
from shared.usecases.answers.answer_reply import answer_reply, close_reply
from shared.views import exports
from shared.views import replies as view

router = APIRouter(prefix="/v1/replies", tags=["replies"], route_class=ApiRoute)


class MessageAnswerInput(Input):
    """What a reply means for one message."""

    message_id: ItemId
    disposition: Disposition


class ReplyAnswerInput(Input):
    """What a reply that waits means: which message it answers, and how; or `answers`, of several messages.

    With `corrects`, also of one that does not wait: it was taken for something else.
    """

    message_id: ItemId | None = None
    disposition: Disposition | None = None
    answers: Annotated[tuple[MessageAnswerInput, ...], Field(max_length=20)] = ()
    corrects: bool = False

    def by_message(self) -> dict[str, Disposition]:
        """The answers by message. Raises InvalidInput for none, and for both ways at once."""
        if self.answers:
            if self.message_id or self.disposition:
                raise InvalidInput.at(
                    "answers", "go not with message_id and disposition: give one or the other"
                )
            return {one.message_id: one.disposition for one in self.answers}
        if self.message_id is None:
            raise InvalidInput.at("message_id", "is required, or answers of several messages")
        if self.disposition is None:
            raise InvalidInput.at("disposition", "is required")
        return {self.message_id: self.disposition}


class MediaOutput(Output):
    """A picture or the like: where the provider keeps it, and what it says it is. Nothing is fetched.

    Of an attachment to a mail `url` is empty: its content is not kept. `size` is in bytes.
    """

    url: str
    content_type: str
    name: str
    size: int | None


class GivenAnswerOutput(Output):
    """What a reply answers one message. `contradicts_earlier` where that had another answer before."""

    message_id: str
    disposition: Disposition
    contradicts_earlier: bool


class ReplyOutput(Output):
    """A reply. One that is no answer names the fire and campaign it most likely belongs to.

    `message_id` is the message it answers, or the only one it can belong to; `candidates` are the messages
    when there are several, or a person must decide. `consent` is what it does to the address's opt-out.
    `contradicts_earlier` says that the message had another answer before. It `waits` for a person. `answers`
    has one entry for each message that is answered; a reply that answers several has no `message_id`.
    `flags` are what somebody should know besides, `danger` to life first. `may_also_mean` is an answer heard
    beside a refusal, or not surely enough. `choice` is what stands behind a button that was pressed.
    """

    id: str
    sender_id: str
    channel: ChannelName
    address: str
    body: str
    received_at: datetime
    meaning: ReplyMeaning
    message_id: str | None
    fire_id: str | None
    campaign_id: str | None
    disposition: Disposition | None
    candidates: tuple[str, ...]
    note: str
    media: tuple[MediaOutput, ...]
    consent: WordMeaning | None
    contradicts_earlier: bool
    waits: bool
    settled_by: str | None
    settled_at: datetime | None
    answers: tuple[GivenAnswerOutput, ...]
    flags: tuple[Flag, ...]
    may_also_mean: Disposition | None
    choice: str | None


class ReplyFilters(Struct, frozen=True, kw_only=True):
    """Which replies are asked for: those that match every filter given."""

    fire_id: ItemId | None = None
    campaign_id: ItemId | None = None
    message_id: ItemId | None = None
    sender_id: ItemId | None = None
    channel: ChannelName | None = None
    meaning: ReplyMeaning | None = None
    disposition: Disposition | None = None
    address: FieldName | None = None
    waits: bool | None = None
    contradicts_earlier: bool | None = None
    flag: Flag | None = None


Filters = Annotated[ReplyFilters, Depends()]


@router.get("")
async def list_replies(caller: Reader, paging: Page, filters: Filters) -> Listed[ReplyOutput]:
    """Replies, newest first by `received_at`. With `waits=true`, those that a person must settle.

    `address` is in any spelling.
    """
    return await list_page(caller, paging, ReplyOutput, view.list_replies, **asdict(filters))


@router.get("/export", response_class=Response, responses={200: {"content": {"text/csv": {}}}})
async def export_replies(
    caller: Reader, between: Annotated[Range, Depends()], filters: Filters
) -> StreamingResponse:
    """The same replies as a CSV file, with the campaigns' names and times on the company's clock.

    At most 100,000: of more, ask for some with `since` and `until` or another filter.
    """
    pieces = await exports.export_replies(
        caller.runtime, caller.company_id, since=between.since, until=between.until, **asdict(filters)
    )
    return csv_response(pieces, "replies.csv")


@router.get("/{reply_id}")
async def get_reply(caller: Reader, reply_id: ItemId) -> ReplyOutput:
    """One reply."""
    return ReplyOutput.of(await view.get_reply(caller.runtime, caller.company_id, reply_id))


@router.post("/{reply_id}/answer")
async def answer_one_reply(caller: Writer, reply_id: ItemId, body: ReplyAnswerInput) -> ReplyOutput:
    """Say what a reply that waits means: from now on that is the answer of its message, or of several."""
    reply = await answer_reply(
        caller.runtime,
        caller.company_id,
        reply_id,
        body.by_message(),
        by=f"api key {caller.key.id}",
        corrects=body.corrects,
    )
    return ReplyOutput.of(reply)


@router.post("/{reply_id}/close")
async def close_one_reply(caller: Writer, reply_id: ItemId) -> ReplyOutput:
    """Say that nothing is to be done about a reply: it waits no more."""
    reply = await close_reply(caller.runtime, caller.company_id, reply_id, by=f"api key {caller.key.id}")
    return ReplyOutput.of(reply)
