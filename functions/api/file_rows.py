"""/v1/files/{id}/rows: the loaded rows, and changes of them before any campaign has them."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi import Path as InPath
from pydantic import Field

from functions.api.kit.authentication import Reader, Writer
from functions.api.kit.paging import Page, list_page
from functions.api.kit.route import ApiRoute
from functions.api.kit.shapes import FieldName, Input, ItemId, Listed, Output
from shared.usecases.files.mend_row import mend_row
from shared.views import file_rows as view

router = APIRouter(prefix="/v1/files", tags=["files"], route_class=ApiRoute)

RowNumber = Annotated[int, InPath(ge=1, le=10_000_000)]


class MendingOutput(Output):
    """Which fields were changed after the row was loaded, by whom and when last."""

    fields: tuple[str, ...]
    by: str
    at: datetime


class RowOutput(Output):
    """A row. `number` counts as a spreadsheet does. `marks` say by field why its address is none.

    `values` are as cleaned: ISO 8601 for dates and times; an empty cell is absent.
    """

    number: int
    values: dict[str, str]
    marks: dict[str, str]
    mended: MendingOutput | None


class RowChanges(Input):
    """The fields to change, written as a cell of the file would be; "" empties an optional one."""

    values: Annotated[
        dict[FieldName, Annotated[str, Field(max_length=10_000)]], Field(min_length=1, max_length=100)
    ]


@router.get("/{file_id}/rows")
async def list_file_rows(
    caller: Reader,
    paging: Page,
    file_id: ItemId,
    marked: bool | None = None,
    text: Annotated[
        str | None, Query(min_length=1, max_length=200, description="Found in any value; also by digits.")
    ] = None,
) -> Listed[RowOutput]:
    """The loaded rows in the file's order; those that are marked, or hold a text.

    With a filter, a page may be short or empty and still have a `next_cursor`: go on until there is none.
    """
    return await list_page(
        caller, paging, RowOutput, view.list_rows, file_id=file_id, marked=marked, text=text
    )


@router.get("/{file_id}/rows/{row_number}")
async def get_file_row(caller: Reader, file_id: ItemId, row_number: RowNumber) -> RowOutput:
    """One row."""
    row = await view.get_row(caller.runtime, caller.company_id, file_id, row_number)
    return RowOutput.of(row)


@router.patch("/{file_id}/rows/{row_number}")
async def change_file_row(
    caller: Writer, file_id: ItemId, row_number: RowNumber, body: RowChanges
) -> RowOutput:
    """Change fields of a row before a campaign is frozen with it; each value is checked."""
    by = f"API key {caller.key.prefix}"
    row = await mend_row(caller.runtime, caller.company_id, file_id, row_number, body.values, by=by)
    return RowOutput.of(row)
