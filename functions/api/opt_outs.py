"""/v1/opt-outs: who has refused, and whom nothing reaches."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Self

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from functions.api.kit.authentication import Reader, Writer
from functions.api.kit.channel_name import ChannelName
from functions.api.kit.paging import Page, list_page
from functions.api.kit.route import ApiRoute, ReceivedFile, UploadRoute
from functions.api.kit.shapes import FieldName, Input, ItemId, Listed, Output
from shared.domain.contacts.opt_out import OptOut, OptOutSource
from shared.domain.errors import InvalidInput
from shared.usecases.contacts.save_opt_out import end_opt_out, save_opt_out
from shared.usecases.contacts.save_opt_outs import save_opt_outs
from shared.views import opt_outs as view

router = APIRouter(prefix="/v1/opt-outs", tags=["opt-outs"], route_class=ApiRoute)

upload_router = APIRouter(prefix="/v1/opt-outs", tags=["opt-outs"], route_class=UploadRoute)

Text = Annotated[str, Field(max_length=1000)]


class OptOutInput(Input):
    """A refusal to note. `text` may say how it was given."""

    channel: ChannelName
    address: Annotated[str, Field(min_length=1, max_length=320)]
    text: Text = ""


class OptOutEndInput(Input):
    """The end of a refusal; `text` says how the person agreed to be contacted again."""

    text: Annotated[str, Field(min_length=1, max_length=1000)]


class OptOutChangeOutput(Output):
    """What an opt-out was before."""

    is_active: bool
    source: OptOutSource
    text: str
    code: str | None
    message_id: str | None
    changed_by: str | None
    changed_at: datetime


class OptOutOutput(Output):
    """Whether an address has refused, or nothing reaches it (`bounce`), and how that is known.

    `text` is what was said, `code` the provider's, `message_id` the message that taught it, `changed_by` who
    noted or ended it. `earlier` is what it was before. `provider_note` says what the provider keeps besides.
    With a `topic` or `sender_id` it is about messages of that topic, or sender, alone.
    """

    id: str
    channel: ChannelName
    address: str
    is_active: bool
    source: OptOutSource
    text: str
    code: str | None
    message_id: str | None
    topic: str | None
    sender_id: str | None
    changed_by: str | None
    changed_at: datetime
    earlier: tuple[OptOutChangeOutput, ...]
    provider_note: str

    @classmethod
    def of(cls, record: object, **beside: object) -> Self:
        """The opt-out, with what its provider keeps of it."""
        note = view.provider_note(record) if isinstance(record, OptOut) else ""
        return super().of(record, **(beside | {"provider_note": note}))


@router.post("", status_code=201)
async def add_opt_out(caller: Writer, body: OptOutInput, response: Response) -> OptOutOutput:
    """Note that an address has refused: from now on nothing goes to it."""
    by = f"api key {caller.key.id}"
    noted = await save_opt_out(
        caller.runtime, caller.company_id, body.channel, body.address, body.text, by=by
    )
    response.headers["Location"] = f"/v1/opt-outs/{noted.id}"
    return OptOutOutput.of(noted)


class RefusedCellOutput(Output):
    """A cell of the list that holds no address, and why. `row` counts as a spreadsheet does."""

    row: int
    column: str
    value: str
    reason: str


class OptOutListOutput(Output):
    """What became of a list. `renewed` are addresses that had taken an earlier refusal back.

    `repeated` stood in the list before. `errors` are the first thousand of the `refused` cells.
    """

    is_dry_run: bool
    rows: int
    new: int
    renewed: int
    known: int
    repeated: int
    refused: int
    errors: tuple[RefusedCellOutput, ...]


@upload_router.post(
    "/upload",
    openapi_extra={"requestBody": {"required": True, "content": {"application/octet-stream": {}}}},
)
async def upload_opt_outs(
    caller: Writer,
    request: Request,
    channel: ChannelName,
    column: FieldName | None = None,
    sheet: FieldName | None = None,
    text: Annotated[str, Query(max_length=1000)] = "",
    dry_run: bool = False,
) -> OptOutListOutput:
    """Note the refusals of a whole list, up to 100,000 addresses: from now on nothing goes to them.

    The body is a file (CSV, TSV, XLSX, XLS, ODS) or a text with one address a line. `column` names the one
    with the addresses, where that cannot be seen; `dry_run=true` only says what would become of the list.
    """
    received: ReceivedFile = request.state.received
    if received.size == 0:
        raise InvalidInput.at("body", "is empty; send the list as the body")
    found = await save_opt_outs(
        caller.runtime,
        caller.company_id,
        channel,
        Path(received.path),
        column=column,
        sheet=sheet,
        text=text,
        is_dry_run=dry_run,
    )
    return OptOutListOutput.of(found)


@router.get("")
async def list_opt_outs(
    caller: Reader,
    paging: Page,
    channel: ChannelName | None = None,
    address: FieldName | None = None,
    source: OptOutSource | None = None,
    is_active: bool | None = None,
) -> Listed[OptOutOutput]:
    """Opt-outs, the last changed first; ended ones too unless `is_active=true`.

    With `source=bounce`, addresses nothing reaches. `address` is in any spelling. `since` and `until` are
    times of the last change.
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
    """One opt-out."""
    return OptOutOutput.of(await view.get_opt_out(caller.runtime, caller.company_id, opt_out_id))


@router.post("/{opt_out_id}/end")
async def end_one_opt_out(caller: Writer, opt_out_id: ItemId, body: OptOutEndInput) -> OptOutOutput:
    """End an opt-out: the person agreed to be contacted again, or the address is in reach again.

    `provider_note` says whether the provider keeps a list of its own, and how to take the address off there,
    or that it is being asked to.
    """
    by = f"api key {caller.key.id}"
    over = await end_opt_out(caller.runtime, caller.company_id, opt_out_id, body.text, by=by)
    return OptOutOutput.of(over)
