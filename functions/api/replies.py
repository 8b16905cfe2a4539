"""/v1/replies: what people wrote, and what it was taken to mean."""

from datetime import datetime

from fastapi import APIRouter

from functions.api.kit.authentication import Reader, Writer
from functions.api.kit.channel_name import ChannelName
from functions.api.kit.paging import Page, list_page
from functions.api.kit.route import ApiRoute
from functions.api.kit.shapes import Input, ItemId, Listed, Output
from shared.domain.campaigns.reply_option import Disposition
from shared.domain.contacts.consent import WordMeaning
from shared.domain.messages.reply import ReplyMeaning
from shared.usecases.answers.answer_reply import answer_reply, close_reply
from shared.views import replies as view

router = APIRouter(prefix="/v1/replies", tags=["replies"], route_class=ApiRoute)


class ReplyAnswerInput(Input):
    """What a reply that waits means: which message it answers, and how."""

    message_id: ItemId
    disposition: Disposition


class MediaOutput(Output):
    """A picture or the like: where the provider keeps it, and what it says it is. Nothing is fetched."""

    url: str
    content_type: str


class ReplyOutput(Output):
    """A reply. One that is no answer names the fire and campaign it most likely belongs to.

    `message_id` is the message it answers, or the only one it can belong to; `candidates` are the messages
    when there are several, or a person must decide. `consent` is what it does to the address's opt-out.
    `contradicts_earlier` says that the message had another answer before. It `waits` for a person.
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


@router.get("")
async def list_replies(
    caller: Reader,
    paging: Page,
    fire_id: ItemId | None = None,
    message_id: ItemId | None = None,
    meaning: ReplyMeaning | None = None,
    waits: bool | None = None,
    contradicts_earlier: bool | None = None,
) -> Listed[ReplyOutput]:
    """Replies of every kind. With `waits=true`, those that a person must settle."""
    return await list_page(
        caller,
        paging,
        ReplyOutput,
        view.list_replies,
        fire_id=fire_id,
        message_id=message_id,
        meaning=meaning,
        waits=waits,
        contradicts_earlier=contradicts_earlier,
    )


@router.get("/{reply_id}")
async def get_reply(caller: Reader, reply_id: ItemId) -> ReplyOutput:
    """One reply."""
    return ReplyOutput.of(await view.get_reply(caller.runtime, caller.company_id, reply_id))


@router.post("/{reply_id}/answer")
async def answer_one_reply(caller: Writer, reply_id: ItemId, body: ReplyAnswerInput) -> ReplyOutput:
    """Say what a reply that waits means: from now on that is the message's answer."""
    reply = await answer_reply(
        caller.runtime,
        caller.company_id,
        reply_id,
        body.message_id,
        body.disposition,
        by=f"api key {caller.key.id}",
    )
    return ReplyOutput.of(reply)


@router.post("/{reply_id}/close")
async def close_one_reply(caller: Writer, reply_id: ItemId) -> ReplyOutput:
    """Say that nothing is to be done about a reply: it waits no more."""
    reply = await close_reply(caller.runtime, caller.company_id, reply_id, by=f"api key {caller.key.id}")
    return ReplyOutput.of(reply)
