"""/v1/campaigns: a test of a campaign's message, to an address of who asks for it."""

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import Field, StringConstraints

from functions.api.kit.authentication import Writer
from functions.api.kit.idempotency import new_id
from functions.api.kit.route import ApiRoute
from functions.api.kit.shapes import Input, ItemId
from functions.api.messages import MessageOutput
from functions.api.previews import LAST_ROW
from shared.usecases.campaigns.find_example import Example
from shared.usecases.campaigns.send_test import send_test

router = APIRouter(prefix="/v1/campaigns", tags=["campaigns"], route_class=ApiRoute)


class OwnTestInput(Input):
    """Where a test goes, of which step, and with whose values.

    Without `step_id` it is the first step, without `row_number` the file's first row, without `file_id` the
    campaign's file, or the newest of its source. Of a campaign for people it has the values of the contact
    with `contact_id`, or else of somebody in its audience.
    """

    address: Annotated[str, StringConstraints(min_length=1, max_length=320)]
    step_id: ItemId | None = None
    file_id: ItemId | None = None
    row_number: Annotated[int, Field(ge=1, le=LAST_ROW)] | None = None
    contact_id: ItemId | None = None


@router.post("/{campaign_id}/test", status_code=201)
async def send_one_test(
    caller: Writer, campaign_id: ItemId, body: OwnTestInput, request: Request
) -> MessageOutput:
    """Send one message of the campaign to an address of yours, now. At most ten an hour for a key.

    It goes out as every message does, from the step's sender: never to who refused, and while the company is
    in trial only to verified addresses. It is in no campaign's ledger and in no report; its `campaign_id` is
    `tests`, and an email's subject begins with `[Test]`.
    """
    message = await send_test(
        caller.runtime,
        caller.company_id,
        campaign_id,
        body.address,
        new_id(request),
        by=f"key {caller.key.id}",
        step_id=body.step_id,
        example=Example(file_id=body.file_id, row_number=body.row_number, contact_id=body.contact_id),
    )
    return MessageOutput.of(message)
