"""/v1/files: uploads, by signed link or directly, and what became of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import StrictBool
from starlette.responses import StreamingResponse

from functions.api.kit.authentication import Reader, Writer
from functions.api.kit.paging import Page, list_page
from functions.api.kit.route import ApiRoute, ReceivedFile, UploadRoute
from functions.api.kit.shapes import Input, ItemId, Listed, Name, Output
from functions.downloads import csv_response
from shared.domain.contacts.contact_import import ImportState
from shared.domain.errors import InvalidInput, NotFound
from shared.domain.files.file import FileHold, FileState
from shared.domain.files.finding import FindingCode, Severity
from shared.usecases.files.start_upload import start_upload
from shared.usecases.files.store_upload import store_upload
from shared.views import files as view
from shared.views.contact_imports import find_import_of_file

_COUNTS = ("created", "updated", "unchanged", "skipped", "rejected")
router = APIRouter(prefix="/v1/files", tags=["files"], route_class=ApiRoute)
upload_router = APIRouter(prefix="/v1/files", tags=["files"], route_class=UploadRoute)


class FileInput(Input):
    """A file to come. `accepts_repeat` lets in a file with the same content as an earlier one.

    `sheet` names the sheet of a workbook to read, whichever the source does.
    """

    source_id: ItemId
    name: Name
    accepts_repeat: StrictBool = False
    sheet: Name | None = None


class ColumnChangeOutput(Output):
    """A change of the source's mapping that would mend a finding: POST /reload makes it."""

    column: str
    to: str | None
    formats: tuple[str, ...]


class FindingOutput(Output):
    """What is unlike the source's last files or its mapping, where, and what to do about it.

    `rows` are the numbers of some rows to look at, `file_id` is the earlier file that is meant.
    """

    code: FindingCode
    severity: Severity
    what: str
    to_do: str
    columns: tuple[str, ...]
    rows: tuple[int, ...]
    file_id: str | None
    changes: tuple[ColumnChangeOutput, ...]


class FileOutput(Output):
    """A file. A refused one says why; `rejected_count` rows wait to be mended in /rejected.

    `marked_count` rows are loaded and have a bad address or none: see /rows?marked=true. A file whose `hold`
    is `held` may be looked at and previewed; nothing is sent for it until somebody releases it. `fired_at` is
    when a campaign first fired for it: from then on its rows do not change.

    `notes` say what was chosen and left out when it was read: the sheet, lines above the header, columns it
    does not have, hidden rows, of which there were `hidden_count`, and the `filtered_count` rows that the
    source's row filter did not take. `canceled_count` records cancel appointments: what waits to be sent of
    those is withdrawn.
    """

    id: str
    source_id: str
    name: str
    state: FileState
    percent: int
    row_count: int
    rejected_count: int
    hidden_count: int
    canceled_count: int
    filtered_count: int
    notes: tuple[str, ...]
    refusal: str | None
    size: int
    encoding: str | None
    delimiter: str | None
    sheet: str | None
    header_row: int | None
    accepts_repeat: bool
    created_at: datetime
    loaded_at: datetime | None
    findings: tuple[FindingOutput, ...]
    hold: FileHold
    decided_by: str
    decided_at: datetime | None
    decision_note: str
    marked_count: int
    fired_at: datetime | None


class MadeContactsOutput(Output):
    """What became of the contacts of a file's rows. The import of this id tells more, and takes them back."""

    import_id: str
    state: ImportState
    percent: int
    created: int
    updated: int
    unchanged: int
    skipped: int
    rejected: int
    refusal: str | None


class WholeFileOutput(FileOutput):
    """A file, and the contacts that were made of its rows, where its source says so."""

    contacts: MadeContactsOutput | None


class UploadLinkOutput(Output):
    """Where to PUT the file's bytes within 30 minutes, and the headers that PUT must carry."""

    file: FileOutput
    method: str = "PUT"
    url: str
    headers: dict[str, str]


@contextmanager
def _source_by_field() -> Iterator[None]:
    """A source that is named in a field, not in the path, is a wrong field when it does not exist."""
    try:
        yield
    except NotFound as missing:
        raise InvalidInput.at("source_id", str(missing)) from missing


@router.post("", status_code=201)
async def announce_file(caller: Writer, body: FileInput, response: Response) -> UploadLinkOutput:
    """Get an address to upload a file to. Loading begins when the upload has ended."""
    with _source_by_field():
        file, link, headers = await start_upload(
            caller.runtime,
            caller.company_id,
            body.source_id,
            body.name,
            accepts_repeat=body.accepts_repeat,
            sheet=body.sheet,
        )
    response.headers["Location"] = f"/v1/files/{file.id}"
    return UploadLinkOutput(file=FileOutput.of(file), url=link, headers=headers)


@upload_router.post(
    "/upload",
    status_code=201,
    openapi_extra={"requestBody": {"required": True, "content": {"application/octet-stream": {}}}},
)
async def upload_file(
    caller: Writer,
    request: Request,
    response: Response,
    source_id: ItemId,
    name: Annotated[str, Query(min_length=1, max_length=200)],
    accepts_repeat: bool = False,
    sheet: Annotated[str | None, Query(min_length=1, max_length=200)] = None,
) -> FileOutput:
    """Upload a file of up to 32 MB as the body of this request. Loading begins at once."""
    received: ReceivedFile = request.state.received
    if received.size == 0:
        raise InvalidInput.at("body", "is empty; send the file's bytes as the body")
    with _source_by_field():
        file = await store_upload(
            caller.runtime,
            caller.company_id,
            source_id,
            name,
            received.path,
            accepts_repeat=accepts_repeat,
            sheet=sheet,
        )
    response.headers["Location"] = f"/v1/files/{file.id}"
    return FileOutput.of(file)


@router.get("")
async def list_files(
    caller: Reader,
    paging: Page,
    source_id: ItemId | None = None,
    state: FileState | None = None,
    name: Name | None = None,
) -> Listed[FileOutput]:
    """The company's files, newest first. `name` is the whole name."""
    return await list_page(
        caller, paging, FileOutput, view.list_files, source_id=source_id, state=state, name=name
    )


@router.get("/{file_id}")
async def get_file(caller: Reader, file_id: ItemId) -> WholeFileOutput:
    """One file: how far it is loaded, what was refused, and what became of its contacts."""
    file = await view.get_file(caller.runtime, caller.company_id, file_id)
    made = await find_import_of_file(caller.runtime, caller.company_id, file)
    contacts = None
    if made is not None:
        counts = {name: getattr(made.counts, name) for name in _COUNTS}
        contacts = MadeContactsOutput.of(made, import_id=made.id, **counts)
    return WholeFileOutput.of(file, contacts=contacts)


@router.get("/{file_id}/rejected", response_class=Response, responses={200: {"content": {"text/csv": {}}}})
async def get_rejected_rows(caller: Reader, file_id: ItemId) -> StreamingResponse:
    """The rejected rows as a CSV file with their reasons: mend them there and upload it again."""
    pieces = await view.read_rejected_rows(caller.runtime, caller.company_id, file_id)
    return csv_response(pieces, f"rejected-rows-{file_id}.csv")
