"""/v1/audit-records: what people, keys and ops changed. Only keys with the scope admin may see it."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response, StreamingResponse

from functions.api.kit.authentication import Admin
from functions.api.kit.paging import Page, Range, list_page
from functions.api.kit.route import ApiRoute
from functions.api.kit.shapes import FieldName, Listed, Output
from functions.downloads import csv_response
from shared.domain.companies.audit_record import ActorKind, AuditAction
from shared.views import audit as view

router = APIRouter(prefix="/v1/audit-records", tags=["audit log"], route_class=ApiRoute)

_By = Annotated[FieldName | None, Query(description="The id of a user or a key, or `ops`.")]
_Noun = Annotated[FieldName | None, Query(description=f"One of: {', '.join(view.audited_nouns())}.")]


class AuditedFieldOutput(Output):
    """A field that changed, with the beginning of its values; null: none, or not kept."""

    name: str
    before: str | None
    after: str | None


class AuditedItemOutput(Output):
    """A thing that was created, changed or deleted. `noun` says what it is."""

    noun: str
    id: str
    name: str
    action: AuditAction
    fields: tuple[AuditedFieldOutput, ...]


class AuditRecordOutput(Output):
    """What was changed at once: who (`by`), from which network address, by which operation.

    `items` are the first of `item_count` things. Values of secrets are never kept, nor those of what belongs
    to a person who may be forgotten: of these it says which fields changed.
    """

    id: str
    at: datetime
    by: ActorKind
    by_id: str
    by_name: str
    came_from: str
    operation: str
    items: tuple[AuditedItemOutput, ...]
    item_count: int


@router.get("")
async def list_audit_records(
    caller: Admin, paging: Page, by_id: _By = None, noun: _Noun = None
) -> Listed[AuditRecordOutput]:
    """What was changed, newest first. Changes of contacts stand in each contact's own history."""
    return await list_page(caller, paging, AuditRecordOutput, view.list_audit_records, by_id=by_id, noun=noun)


@router.get("/export", response_class=Response, responses={200: {"content": {"text/csv": {}}}})
async def export_audit_records(
    caller: Admin, between: Annotated[Range, Depends()], by_id: _By = None, noun: _Noun = None
) -> StreamingResponse:
    """The same as a CSV file, with a line for each thing; 100,000 records at most."""
    pieces = await view.export_audit_records(
        caller.runtime, caller.company_id, since=between.since, until=between.until, by_id=by_id, noun=noun
    )
    return csv_response(pieces, "audit-log.csv")
