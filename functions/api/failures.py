"""/v1/failures: what could not become a sent message, where, and how to mend it."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import Field
from starlette.responses import StreamingResponse

from functions.api.kit.authentication import Reader, Sending
from functions.api.kit.paging import Page, Range, list_page
from functions.api.kit.route import ApiRoute
from functions.api.kit.shapes import FieldName, Input, ItemId, Listed, Output
from functions.downloads import csv_response
from shared.domain.messages.failure import FailureState, FailureStep
from shared.usecases.fires.requeue_failure import requeue_failure
from shared.views import failures as view

router = APIRouter(prefix="/v1/failures", tags=["failures"], route_class=ApiRoute)


class CorrectionsInput(Input):
    """The row's fields to put right, such as {"phone": "+12125550187"}."""

    corrections: Annotated[
        dict[FieldName, Annotated[str, Field(max_length=10_000)]], Field(min_length=1, max_length=100)
    ]


class FailureOutput(Output):
    """A failure. `values` are the row's fields, to be corrected and queued again."""

    id: str
    step: FailureStep
    field: str
    value: str
    kind: str
    reason: str
    row_number: int | None
    state: FailureState
    file_id: str | None
    fire_id: str | None
    campaign_id: str | None
    step_id: str | None
    message_id: str | None
    requeued_as: str | None
    values: dict[str, str]
    created_at: datetime


@router.get("")
async def list_failures(
    caller: Reader,
    paging: Page,
    fire_id: ItemId | None = None,
    file_id: ItemId | None = None,
    campaign_id: ItemId | None = None,
    state: FailureState | None = None,
    step: FailureStep | None = None,
    address: FieldName | None = None,
) -> Listed[FailureOutput]:
    """Failures that match every filter given, newest first.

    `address` is one that the row holds, in any spelling.
    """
    return await list_page(
        caller,
        paging,
        FailureOutput,
        view.list_failures,
        fire_id=fire_id,
        file_id=file_id,
        campaign_id=campaign_id,
        state=state,
        step=step,
        address=address,
    )


@router.get("/export", response_class=Response, responses={200: {"content": {"text/csv": {}}}})
async def export_failures(
    caller: Reader,
    between: Annotated[Range, Depends()],
    fire_id: ItemId | None = None,
    file_id: ItemId | None = None,
    state: FailureState | None = None,
) -> StreamingResponse:
    """Failures of a fire or a file as a CSV file, with a column for each of the source's fields.

    At most 100,000: of more, ask for some with `since` and `until`.
    """
    pieces = await view.export_failures(
        caller.runtime,
        caller.company_id,
        fire_id=fire_id,
        file_id=file_id,
        state=state,
        since=between.since,
        until=between.until,
    )
    return csv_response(pieces, f"failures-{fire_id or file_id}.csv")


@router.get("/{failure_id}")
async def get_failure(caller: Reader, failure_id: ItemId) -> FailureOutput:
    """One failure."""
    return FailureOutput.of(await view.get_failure(caller.runtime, caller.company_id, failure_id))


@router.post("/{failure_id}/requeue")
async def requeue_one_failure(caller: Sending, failure_id: ItemId, body: CorrectionsInput) -> FailureOutput:
    """Put the row right and queue its message. `requeued_as` is the new message."""
    done = await requeue_failure(caller.runtime, caller.company_id, failure_id, dict(body.corrections))
    return FailureOutput.of(done)
