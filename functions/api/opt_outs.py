"""/v1/opt-outs: who has refused."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import Field

from functions.api.kit.authentication import Reader, Writer
from functions.api.kit.channel_name import ChannelName
from functions.api.kit.paging import Page, list_page
from functions.api.kit.route import ApiRoute
from functions.api.kit.shapes import FieldName, Input, ItemId, Listed, Output
from shared.domain.contacts.opt_out import OptOutSource
from shared.usecases.contacts.save_opt_out import end_opt_out, save_opt_out
from shared.views import opt_outs as view

router = APIRouter(prefix="/v1/opt-outs", tags=["opt-outs"], route_class=ApiRoute)

Text = Annotated[str, Field(max_length=1000)]


class OptOutInput(Input):
    """A refusal to note. `text` may say how it was given."""

    channel: ChannelName
    address: Annotated[str, Field(min_length=1, max_length=320)]
    text: Text = ""


class OptOutEndInput(Input):
    """The end of a refusal; `text` says how the person agreed to be contacted again."""

    text: Annotated[str, Field(min_length=1, max_length=1000)]


class OptOutOutput(Output):
    """Whether an address has refused, and how that is known."""

    id: str
    channel: ChannelName
    address: str
    is_active: bool
    source: OptOutSource
    text: str
    changed_at: datetime


@router.post("", status_code=201)
async def add_opt_out(caller: Writer, body: OptOutInput, response: Response) -> OptOutOutput:
    """Note that an address has refused: from now on nothing goes to it."""
    noted = await save_opt_out(caller.runtime, caller.company_id, body.channel, body.address, body.text)
    response.headers["Location"] = f"/v1/opt-outs/{noted.id}"
    return OptOutOutput.of(noted)


@router.get("")
async def list_opt_outs(
    caller: Reader,
    paging: Page,
    channel: ChannelName | None = None,
    address: FieldName | None = None,
    source: OptOutSource | None = None,
    is_active: bool | None = None,
) -> Listed[OptOutOutput]:
    """Refusals, the last changed first; ended ones too unless `is_active=true`.

    `address` is in any spelling. `since` and `until` are times of the last change.
    """
    return await list_page(
        caller,
        paging,
        OptOutOutput,
        view.list_opt_outs,
        channel=channel,
        address=address,
        source=source,
        is_active=is_active,
    )


@router.get("/{opt_out_id}")
async def get_opt_out(caller: Reader, opt_out_id: ItemId) -> OptOutOutput:
    """One refusal."""
    return OptOutOutput.of(await view.get_opt_out(caller.runtime, caller.company_id, opt_out_id))


@router.post("/{opt_out_id}/end")
async def end_one_opt_out(caller: Writer, opt_out_id: ItemId, body: OptOutEndInput) -> OptOutOutput:
    """End a refusal, because the person agreed to be contacted again."""
    return OptOutOutput.of(await end_opt_out(caller.runtime, caller.company_id, opt_out_id, body.text))
