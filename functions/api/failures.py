"""/v1/failures: what could not become a sent message, where, and how to mend it."""

import json
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import Field
from starlette.responses import StreamingResponse

from functions.api.files import csv_response
from functions.api.kit.authentication import Caller, Reader, Sending
from functions.api.kit.paging import Page, list_page
from functions.api.kit.route import ApiRoute
from functions.api.kit.shapes import FieldName, Input, ItemId, Listed, Output
from shared.domain.errors import InvalidInput, NotFound
from shared.domain.messages.failure import Failure, FailureState, FailureStep
from shared.tabular.rejected_rows import csv_export
from shared.usecases.fires.requeue_failure import requeue_failure

router = APIRouter(prefix="/v1/failures", tags=["failures"], route_class=ApiRoute)

EXPORT_PAGE = 300
FACTS = ("id", "row_number", "step", "field", "value", "kind", "reason", "state", "file_id", "fire_id")


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
    state: FailureState | None = None,
) -> Listed[FailureOutput]:
    """Failures of a fire, of a file, or all."""
    store = caller.runtime.stores.failures
    return await list_page(
        caller, paging, store, FailureOutput, fire_id=fire_id, file_id=file_id, state=state
    )


@router.get("/export", response_class=Response, responses={200: {"content": {"text/csv": {}}}})
async def export_failures(
    caller: Reader,
    fire_id: ItemId | None = None,
    file_id: ItemId | None = None,
    state: FailureState | None = None,
) -> StreamingResponse:
    """Failures of a fire or a file as a CSV file, with a column for each of the source's fields."""
    fields = await _source_fields(caller, fire_id, file_id)
    where = [("fire_id", fire_id), ("file_id", file_id), ("state", state)]
    given = [(name, value) for name, value in where if value is not None]
    return csv_response(_exported(caller, fields, given), f"failures-{fire_id or file_id}.csv")


async def _source_fields(caller: Caller, fire_id: str | None, file_id: str | None) -> tuple[str, ...]:
    """The fields of the source the failures' rows come from. Raises NotFound, InvalidInput."""
    stores, company_id = caller.runtime.stores, caller.company_id
    if fire_id is None and file_id is None:
        raise InvalidInput.at("fire_id", "give fire_id or file_id: an export is of one fire or one file")
    if file_id is None:
        fire = await stores.fires.get(company_id, fire_id or "")
        file_id = next(iter(fire.audience.file_ids), None)
    elif fire_id is not None:
        await stores.fires.get(company_id, fire_id)
    if file_id is None:  # a fire for which there was no file has no rows either
        return ()
    file = await stores.files.get(company_id, file_id)
    try:
        source = await stores.sources.get(company_id, file.source_id)
    except NotFound:
        return ()
    return tuple(column.field for column in source.columns)


async def _exported(
    caller: Caller, fields: Sequence[str], where: Sequence[tuple[str, object]]
) -> AsyncIterator[bytes]:
    header = (*FACTS, *(f"row.{field}" for field in fields), "other_values")
    yield b"".join(csv_export([header]))
    after: str | None = None
    while True:
        page = await caller.runtime.stores.failures.page(
            caller.company_id, limit=EXPORT_PAGE, after=after, where=where
        )
        lines = csv_export(_cells(failure, fields) for failure in page.items)
        yield b"".join(islice(lines, 1, None))  # without the byte order mark, which stands at the top only
        after = page.next_after
        if after is None:
            return


def _cells(failure: Failure, fields: Sequence[str]) -> list[str]:
    facts = (getattr(failure, name) for name in FACTS)
    others = {name: value for name, value in failure.values.items() if name not in fields}
    return [
        *("" if fact is None else str(fact) for fact in facts),
        *(failure.values.get(field, "") for field in fields),
        json.dumps(others, ensure_ascii=False) if others else "",
    ]


@router.get("/{failure_id}")
async def get_failure(caller: Reader, failure_id: ItemId) -> FailureOutput:
    """One failure."""
    return FailureOutput.of(await caller.runtime.stores.failures.get(caller.company_id, failure_id))


@router.post("/{failure_id}/requeue")
async def requeue_one_failure(caller: Sending, failure_id: ItemId, body: CorrectionsInput) -> FailureOutput:
    """Put the row right and queue its message. `requeued_as` is the new message."""
    done = await requeue_failure(caller.runtime, caller.company_id, failure_id, dict(body.corrections))
    return FailureOutput.of(done)
