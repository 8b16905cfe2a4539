"""/v1/files/{id}/release, /reject and /reload: what somebody says of a file that was looked at."""

from collections.abc import Callable
from typing import Annotated, Any, ClassVar

from fastapi import APIRouter
from pydantic import Field, StringConstraints

from functions.api.files import FileOutput
from functions.api.kit.authentication import Caller, Sending, Writer
from functions.api.kit.route import ApiRoute
from functions.api.kit.shapes import FieldName, Input, ItemId
from shared.domain.files.file import FileHold
from shared.domain.files.finding import ColumnChange
from shared.usecases.files.decide_file import decide_file
from shared.usecases.files.reload_file import reload_file

router = APIRouter(prefix="/v1/files", tags=["files"], route_class=ApiRoute)


class DecisionInput(Input):
    """Why, for others to read."""

    note: Annotated[str, StringConstraints(strip_whitespace=True, max_length=1_000)] = ""


class ColumnChangeInput(Input):
    """A change of the source's mapping: `column` is read from `to`, or in other `formats`."""

    record_type: ClassVar[Callable[..., Any] | None] = ColumnChange
    column: FieldName
    to: FieldName | None = None
    formats: Annotated[tuple[FieldName, ...], Field(max_length=20)] = ()


class ReloadInput(Input):
    """Changes of the mapping; left out, those that the file's findings propose.

    `accepts_missing` names optional columns that the file may lack.
    """

    changes: Annotated[tuple[ColumnChangeInput, ...], Field(max_length=100)] | None = None
    accepts_missing: Annotated[tuple[FieldName, ...], Field(max_length=100)] = ()


@router.post("/{file_id}/release")
async def release_one_file(caller: Sending, file_id: ItemId, body: DecisionInput | None = None) -> FileOutput:
    """Say go: campaigns may fire for this held file, and those that wait for it go on."""
    return await _decided(caller, file_id, FileHold.RELEASED, body)


@router.post("/{file_id}/reject")
async def reject_one_file(caller: Writer, file_id: ItemId, body: DecisionInput | None = None) -> FileOutput:
    """Say that this file is wrong, for good: no campaign fires for it any more."""
    return await _decided(caller, file_id, FileHold.REJECTED, body)


@router.post("/{file_id}/reload", status_code=202)
async def reload_one_file(caller: Writer, file_id: ItemId, body: ReloadInput | None = None) -> FileOutput:
    """Change the source's mapping and load the file again from its upload."""
    given = body.given() if body else {}
    file = await reload_file(
        caller.runtime,
        caller.company_id,
        file_id,
        given.get("changes"),
        given.get("accepts_missing", ()),
    )
    return FileOutput.of(file)


async def _decided(caller: Caller, file_id: str, hold: FileHold, body: DecisionInput | None) -> FileOutput:
    by, note = f"API key {caller.key.prefix}", body.note if body else ""
    file = await decide_file(caller.runtime, caller.company_id, file_id, hold, by=by, note=note)
    return FileOutput.of(file)
