"""/v1/sources: kinds of file, with their saved mapping."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, ClassVar

from fastapi import APIRouter, Request, Response
from pydantic import AfterValidator, Field, StrictBool, StringConstraints

from functions.api.kit.authentication import Reader, Writer
from functions.api.kit.channel_name import ChannelName
from functions.api.kit.idempotency import new_id
from functions.api.kit.paging import Page, list_page
from functions.api.kit.route import ApiRoute, ReceivedFile, UploadRoute
from functions.api.kit.shapes import LEFT_OUT, FieldName, Input, ItemId, Listed, Name, Output
from functions.api.row_filter_shapes import SourceRowFilterInput, SourceRowFilterOutput
from shared.domain.campaigns.dedupe import TEXT_DECIDES
from shared.domain.contacts.contact import tag_of
from shared.domain.contacts.contact_import import ImportMode
from shared.domain.contacts.import_columns import MOST_COLUMNS, Target
from shared.domain.files.appointments import MOST_DAYS
from shared.domain.files.finding import FindingCode
from shared.domain.files.source import (
    ColumnMapping,
    ContactColumn,
    FieldType,
    HoldRule,
    RowsToContacts,
    Source,
    SourceFormat,
)
from shared.usecases.files.save_source import create_source, edit_source
from shared.views import sources as view
from shared.views.suggest_apart import suggest_apart

router = APIRouter(prefix="/v1/sources", tags=["sources"], route_class=ApiRoute)
upload_router = APIRouter(prefix="/v1/sources", tags=["sources"], route_class=UploadRoute)

_Tag = Annotated[str, StringConstraints(min_length=1, max_length=60)]
_Short = Annotated[str, StringConstraints(min_length=1, max_length=60)]


class ColumnInput(Input):
    """Which column is which field, and how its cells are read. `formats` are strptime's, tried in order.

    A datetime whose time stands in another column names that in `time_column`, and its formats in
    `time_formats`; `formats` are then those of the date.
    """

    record_type: ClassVar[Callable[..., Any] | None] = ColumnMapping
    column: FieldName
    field: FieldName
    type: FieldType = FieldType.TEXT
    formats: Annotated[tuple[_Short, ...], Field(max_length=20)] = ()
    decimal_separator: Annotated[str, Field(max_length=5)] = "."
    thousands_separator: Annotated[str, Field(max_length=5)] = ","
    default_region: _Short | None = None
    is_required: StrictBool = False
    time_column: FieldName | None = None
    time_formats: Annotated[tuple[_Short, ...], Field(max_length=20)] = ()


Columns = Annotated[tuple[ColumnInput, ...], Field(min_length=1, max_length=500)]
DaysAhead = Annotated[int, Field(ge=1, le=MOST_DAYS)]
DedupeKey = Annotated[tuple[FieldName, ...], Field(min_length=1, max_length=10)]
# As a suggestion has it, null is the default.
DedupeKeyOrDefault = Annotated[DedupeKey | None, AfterValidator(lambda key: key or TEXT_DECIDES)]
HoldsOn = Annotated[tuple[FindingCode, ...], Field(max_length=len(FindingCode))]


class ContactColumnInput(Input):
    """Which field of the source (`column`) is what of a contact: as a column of an import of contacts."""

    record_type: ClassVar[Callable[..., Any] | None] = ContactColumn
    column: FieldName
    to: Target
    channel: ChannelName | None = None
    number: Annotated[int, Field(ge=1, le=20, strict=True)] = 1
    field: FieldName | None = None
    separator: Annotated[str, Field(max_length=5)] = ""

    def given(self) -> dict[str, Any]:
        """What was given, as it is stored."""
        given = {name: value for name, value in super().given().items() if value is not None}
        return {name: value if isinstance(value, int) else str(value) for name, value in given.items()}


class RowsToContactsInput(Input):
    """Contacts are made of the rows of each file that is loaded; a held file's when it is released.

    `match_by` is `key` or a channel: what a row's contact is found by. `mode` says what becomes of contacts
    that exist, and of those that do not. `tags` and `list_ids` are given to all of them.
    """

    record_type: ClassVar[Callable[..., Any] | None] = RowsToContacts
    match_by: Name
    columns: Annotated[tuple[ContactColumnInput, ...], Field(min_length=1, max_length=MOST_COLUMNS)]
    mode: ImportMode = ImportMode.CREATE_AND_UPDATE
    tags: Annotated[tuple[_Tag, ...], Field(max_length=100)] = ()
    list_ids: Annotated[tuple[ItemId, ...], Field(max_length=100)] = ()

    def given(self) -> dict[str, Any]:
        """What was given, as it is stored."""
        given = super().given()
        if "tags" in given:
            given["tags"] = tuple(map(tag_of, given["tags"]))
        return given


class SourceChanges(Input):
    """The fields of a source to change."""

    name: Name = LEFT_OUT
    columns: Columns = LEFT_OUT
    time_zone: _Short | None = None
    time_zone_field: FieldName | None = None
    default_region: _Short | None = None
    encoding: _Short | None = None
    delimiter: Annotated[str, StringConstraints(pattern=r'^[^\r\n"A-Za-z0-9]$')] | None = None
    sheet: Name | None = None
    header_row: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    loads_hidden_rows: StrictBool = LEFT_OUT
    row_filter: SourceRowFilterInput | None = None
    dedupe_key: DedupeKeyOrDefault = LEFT_OUT
    holds: HoldRule = LEFT_OUT
    holds_on: HoldsOn = LEFT_OUT
    days_ahead: DaysAhead = LEFT_OUT
    contacts: RowsToContactsInput | None = None


class SourceInput(SourceChanges):
    """A kind of file. What is left out is found out per file, or is the company's.

    `holds` says which loaded files wait until somebody releases them: those with `serious` findings, with one
    of the findings in `holds_on` (`listed`), `always` or `never`.
    `format` says what its files are: tables, or appointments in a format of their own. Of a calendar's
    recurring visits, those of the next `days_ahead` days are loaded.

    `time_zone_field` is the field that names each row's own time zone: a zone, a US state or a phone. Rows
    that `row_filter` does not take are left out when a file is loaded.
    """

    name: Name
    columns: Columns
    loads_hidden_rows: StrictBool = False
    dedupe_key: DedupeKeyOrDefault = TEXT_DECIDES
    holds: HoldRule = HoldRule.SERIOUS
    holds_on: HoldsOn = ()
    format: SourceFormat = SourceFormat.TABLE
    days_ahead: DaysAhead = 180


class ColumnOutput(Output):
    """One column of a mapping."""

    column: str
    field: str
    type: FieldType
    formats: tuple[str, ...]
    decimal_separator: str
    thousands_separator: str
    default_region: str | None
    is_required: bool
    time_column: str | None
    time_formats: tuple[str, ...]


class ContactColumnOutput(Output):
    """Which field of the source is what of a contact."""

    column: str
    to: Target
    channel: str
    number: int
    field: str
    separator: str


class RowsToContactsOutput(Output):
    """Which contacts are made of rows."""

    match_by: str
    columns: tuple[ContactColumnOutput, ...]
    mode: ImportMode
    tags: tuple[str, ...]
    list_ids: tuple[str, ...]


class SourceOutput(Output):
    """A kind of file, with its mapping."""

    id: str
    name: str
    columns: tuple[ColumnOutput, ...]
    time_zone: str | None
    time_zone_field: str | None
    default_region: str | None
    encoding: str | None
    delimiter: str | None
    sheet: str | None
    header_row: int | None
    loads_hidden_rows: bool
    row_filter: SourceRowFilterOutput | None
    dedupe_key: tuple[str, ...]
    holds: HoldRule
    holds_on: tuple[FindingCode, ...]
    format: SourceFormat
    days_ahead: int
    contacts: RowsToContactsOutput | None
    created_at: datetime
    updated_at: datetime


class QuestionOutput(Output):
    """What you have to decide of a column, or should know. `choices` are columns to choose from, if any."""

    column: str
    text: str
    choices: tuple[ColumnOutput, ...]


class SuggestionOutput(Output):
    """What a file seems to hold: correct it, then create a source from it.

    `sheet` and `header_row` are where it was found; a source without them has them found out per file.
    `format` is to be the source's. `dedupe_key` is null where the default is as good as any.
    """

    columns: tuple[ColumnOutput, ...]
    encoding: str | None
    delimiter: str | None
    sheet: str | None
    header_row: int
    notes: tuple[str, ...]
    questions: tuple[QuestionOutput, ...]
    format: SourceFormat
    dedupe_key: tuple[str, ...] | None


@router.post("", status_code=201)
async def add_source(caller: Writer, body: SourceInput, request: Request, response: Response) -> SourceOutput:
    """Create a source."""
    now = caller.runtime.now()
    source = Source(id=new_id(request), created_at=now, updated_at=now, was_fired=False, **body.given())
    source = await create_source(caller.runtime, caller.company_id, source)
    response.headers["Location"] = f"/v1/sources/{source.id}"
    return SourceOutput.of(source)


@router.get("")
async def list_sources(caller: Reader, paging: Page, name: Name | None = None) -> Listed[SourceOutput]:
    """The company's sources, newest first. `name` is the whole name."""
    return await list_page(caller, paging, SourceOutput, view.list_sources, name=name)


@router.get("/{source_id}")
async def get_source(caller: Reader, source_id: ItemId) -> SourceOutput:
    """One source."""
    return SourceOutput.of(await view.get_source(caller.runtime, caller.company_id, source_id))


@router.patch("/{source_id}")
async def change_source(caller: Writer, source_id: ItemId, body: SourceChanges) -> SourceOutput:
    """Change a source. Files that were loaded stay as they are."""
    source = await edit_source(caller.runtime, caller.company_id, source_id, body.given())
    return SourceOutput.of(source)


@upload_router.post(
    "/suggest",
    openapi_extra={"requestBody": {"required": True, "content": {"application/octet-stream": {}}}},
)
async def suggest_source(caller: Writer, request: Request) -> SuggestionOutput:
    """Suggest a mapping for the file in the body (CSV, TSV, XLSX, XLS, ODS; a text's beginning will do).

    For appointments (iCalendar, HL7, FHIR) it is ready: make a source of its columns, format and dedupe_key.
    """
    received: ReceivedFile = request.state.received
    return SuggestionOutput.of(await suggest_apart(Path(received.path)))
