"""/v1/contact-imports: files of contacts, checked, loaded, and taken back."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, ClassVar

from fastapi import APIRouter, Request, Response
from pydantic import Field, StrictBool
from starlette.responses import StreamingResponse

from functions.api.contacts import FieldId, ListIds, Tags
from functions.api.kit.authentication import Reader, Writer
from functions.api.kit.channel_name import ChannelName
from functions.api.kit.idempotency import new_id
from functions.api.kit.paging import Page, list_page
from functions.api.kit.route import ApiRoute, ReceivedFile, UploadRoute
from functions.api.kit.shapes import FieldName, Input, ItemId, Listed, Name, Output
from functions.downloads import csv_response
from shared.domain.contacts.contact_import import ImportMode, ImportState
from shared.domain.contacts.import_columns import MOST_COLUMNS, ImportColumn, Target
from shared.domain.errors import InvalidInput
from shared.usecases.contact_imports.start_import import (
    ImportWish,
    begin_undo,
    run_import,
    start_import,
    upload_import,
)
from shared.views import contact_imports as view

router = APIRouter(prefix="/v1/contact-imports", tags=["contact imports"], route_class=ApiRoute)
upload_router = APIRouter(prefix="/v1/contact-imports", tags=["contact imports"], route_class=UploadRoute)


class ColumnInput(Input):
    """What a column holds. One with an address or its consent names a channel, and which of its addresses.

    One with a field names yours. `separator` parts tags and lists; left out, commas, semicolons and bars do.
    """

    record_type: ClassVar[Callable[..., Any] | None] = ImportColumn
    column: FieldName
    to: Target
    channel: ChannelName | None = None
    number: Annotated[int, Field(ge=1, le=20, strict=True)] = 1
    field: FieldId | None = None
    separator: Annotated[str, Field(max_length=5)] = ""

    def given(self) -> dict[str, Any]:
        """What was given; no field is an empty one."""
        return {name: value for name, value in super().given().items() if value is not None}


class ImportInput(Input):
    """A file of contacts to come: CSV, TSV, XLSX, XLS or ODS.

    `match_by` is what contacts are found by: `id` (as an export has them), `key` (your own), or a channel: by
    the first address. Columns that are not given are told by their names. With `replaces`, an empty cell
    empties, and tags, lists and addresses that a row does not name are taken away; without, they stay.
    `tags` and `list_ids` are given to everybody in the file. A dry run only says what would be.
    """

    name: Name
    match_by: Name
    is_dry_run: StrictBool = False
    mode: ImportMode = ImportMode.CREATE_AND_UPDATE
    replaces: StrictBool = False
    columns: Annotated[tuple[ColumnInput, ...], Field(max_length=MOST_COLUMNS)] = ()
    tags: Tags = ()
    list_ids: ListIds = ()
    sheet: FieldName | None = None


class ColumnOutput(Output):
    """What a column holds."""

    column: str
    to: Target
    channel: ChannelName | None
    number: int
    field: str
    separator: str


class ImportCountsOutput(Output):
    """What became of the rows, or would; each is in one of the five after `rows`.

    `kept_refusals` are addresses that a row calls subscribed and that have refused: that stays.
    """

    rows: int
    created: int
    updated: int
    unchanged: int
    skipped: int
    rejected: int
    kept_refusals: int
    noted_refusals: int


class RowFaultOutput(Output):
    """Why a row was rejected. `row` counts as a spreadsheet does."""

    row: int
    column: str
    reason: str


class ImportOutput(Output):
    """An import. `used` are the columns as they were read; `errors` the first hundred of the rejected rows.

    After an undo, `restored` contacts are as they were before, and `left` ones were changed since and stay:
    see /left.
    """

    id: str
    name: str
    state: ImportState
    percent: int
    match_by: str
    is_dry_run: bool
    mode: ImportMode
    replaces: bool
    columns: tuple[ColumnOutput, ...]
    used: tuple[ColumnOutput, ...]
    tags: tuple[str, ...]
    list_ids: tuple[str, ...]
    sheet: str | None
    counts: ImportCountsOutput
    errors: tuple[RowFaultOutput, ...]
    notes: tuple[str, ...]
    refusal: str | None
    restored: int
    left: int
    created_at: datetime
    ended_at: datetime | None


class ImportLinkOutput(Output):
    """Where to PUT the file's bytes within 30 minutes, and the headers that PUT must carry."""

    contact_import: ImportOutput
    method: str = "PUT"
    url: str
    headers: dict[str, str]


@router.post("", status_code=201)
async def announce_import(
    caller: Writer, body: ImportInput, request: Request, response: Response
) -> ImportLinkOutput:
    """Get an address to upload a file of contacts to. It is read when the upload has ended."""
    item, link, headers = await start_import(
        caller.runtime,
        caller.company_id,
        new_id(request),
        ImportWish(**body.given()),
        f"api key {caller.key.id}",
    )
    response.headers["Location"] = f"/v1/contact-imports/{item.id}"
    return ImportLinkOutput(contact_import=ImportOutput.of(item), url=link, headers=headers)


@upload_router.post(
    "/upload",
    openapi_extra={"requestBody": {"required": True, "content": {"application/octet-stream": {}}}},
)
async def upload_contacts(caller: Writer, request: Request, import_id: ItemId) -> ImportOutput:
    """Upload the file of an import that was announced, up to 32 MB, as the body of this request."""
    received: ReceivedFile = request.state.received
    if received.size == 0:
        raise InvalidInput.at("body", "is empty; send the file's bytes as the body")
    return ImportOutput.of(await upload_import(caller.runtime, caller.company_id, import_id, received.path))


@router.get("")
async def list_contact_imports(
    caller: Reader, paging: Page, state: ImportState | None = None
) -> Listed[ImportOutput]:
    """The company's imports of contacts, newest first."""
    return await list_page(caller, paging, ImportOutput, view.list_imports, state=state)


@router.get("/{import_id}")
async def get_contact_import(caller: Reader, import_id: ItemId) -> ImportOutput:
    """One import: how far it is, and what became of its rows."""
    return ImportOutput.of(await view.get_import(caller.runtime, caller.company_id, import_id))


@router.post("/{import_id}/run", status_code=202)
async def run_checked_import(caller: Writer, import_id: ItemId) -> ImportOutput:
    """Do in earnest what a dry run has checked."""
    return ImportOutput.of(await run_import(caller.runtime, caller.company_id, import_id))


@router.post("/{import_id}/undo", status_code=202)
async def undo_one_import(caller: Writer, import_id: ItemId) -> ImportOutput:
    """Take an import back: its contacts become what they were before.

    Those that were changed since stay as they are. So do refusals that the import noted.
    """
    return ImportOutput.of(await begin_undo(caller.runtime, caller.company_id, import_id))


@router.get("/{import_id}/rejected", response_class=Response, responses={200: {"content": {"text/csv": {}}}})
async def get_rejected_contacts(caller: Reader, import_id: ItemId) -> StreamingResponse:
    """The rejected rows as a CSV file with their reasons: mend them there and import that."""
    pieces = await view.read_rejected(caller.runtime, caller.company_id, import_id)
    return csv_response(pieces, f"rejected-contacts-{import_id}.csv")


@router.get("/{import_id}/left", response_class=Response, responses={200: {"content": {"text/csv": {}}}})
async def get_left_contacts(caller: Reader, import_id: ItemId) -> StreamingResponse:
    """The contacts that an undo left as they are, as a CSV file with the reasons."""
    pieces = await view.read_left(caller.runtime, caller.company_id, import_id)
    return csv_response(pieces, f"left-contacts-{import_id}.csv")
