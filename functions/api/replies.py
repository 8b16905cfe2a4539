"""/v1/replies: what people wrote, and what it was taken to mean."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from starlette.responses import StreamingResponse

from functions.api.files import csv_response
from functions.api.kit.authentication import Reader, Writer
from functions.api.kit.channel_name import ChannelName
from functions.api.kit.paging import Page, Range, list_page
from functions.api.kit.route import ApiRoute
from functions.api.kit.shapes import FieldName, Input, ItemId, Listed, Output
from shared.domain.campaigns.reply_option import Disposition
from shared.domain.messages.reply import ReplyMeaning
from shared.usecases.answers.answer_reply import answer_reply
from shared.views import exports
from shared.views import replies as view

router = APIRouter(prefix="/v1/replies", tags=["replies"], route_class=ApiRoute)


class ReplyAnswerInput(Input):
    """What an unclear reply means: which message it answers, and how."""

    message_id: ItemId
    disposition: Disposition


class ReplyOutput(Output):
    """A reply. `candidates` are the messages an unclear one could answer."""

    id: str
    sender_id: str
    channel: ChannelName
    address: str
    body: str
    received_at: datetime
    meaning: ReplyMeaning
    message_id: str | None
    fire_id: str | None
    disposition: Disposition | None
    candidates: tuple[str, ...]
    note: str


@dataclass(frozen=True, kw_only=True)
class ReplyFilters:
    """Which replies are asked for: those that match every filter given."""

    fire_id: ItemId | None = None
    message_id: ItemId | None = None
    sender_id: ItemId | None = None
    channel: ChannelName | None = None
    meaning: ReplyMeaning | None = None
    disposition: Disposition | None = None
    address: FieldName | None = None


Filters = Annotated[ReplyFilters, Depends()]


@router.get("")
async def list_replies(caller: Reader, paging: Page, filters: Filters) -> Listed[ReplyOutput]:
    """Replies, newest first by `received_at`. With `meaning=unclear`, those that wait for a person to decide.

    `address` is in any spelling.
    """
    return await list_page(caller, paging, ReplyOutput, view.list_replies, **vars(filters))


@router.get("/export", response_class=Response, responses={200: {"content": {"text/csv": {}}}})
async def export_replies(
    caller: Reader, between: Annotated[Range, Depends()], filters: Filters
) -> StreamingResponse:
    """The same replies as a CSV file, with the campaigns' names and times on the company's clock."""
    pieces = await exports.export_replies(
        caller.runtime, caller.company_id, since=between.since, until=between.until, **vars(filters)
    )
    return csv_response(pieces, "replies.csv")


@router.get("/{reply_id}")
async def get_reply(caller: Reader, reply_id: ItemId) -> ReplyOutput:
    """One reply."""
    return ReplyOutput.of(await view.get_reply(caller.runtime, caller.company_id, reply_id))


@router.post("/{reply_id}/answer")
async def answer_one_reply(caller: Writer, reply_id: ItemId, body: ReplyAnswerInput) -> ReplyOutput:
    """Say what an unclear reply means."""
    reply = await answer_reply(caller.runtime, caller.company_id, reply_id, body.message_id, body.disposition)
    return ReplyOutput.of(reply)
