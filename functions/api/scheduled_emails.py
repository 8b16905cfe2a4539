"""/v1/scheduled-emails and /v1/sequence-plan: what is planned for which moment, and what comes of it."""

from typing import Annotated

from fastapi import APIRouter, Query

from functions.api.kit.authentication import Reader
from functions.api.kit.paging import Page, list_page
from functions.api.kit.route import ApiRoute
from functions.api.kit.shapes import ItemId, Listed
from functions.api.sequence_answers import PlanOutput, ScheduledEmailOutput
from shared.domain.sequences.scheduled_email import EmailStatus
from shared.views import sequences as view
from shared.views.sequences import EmailOrder

router = APIRouter(prefix="/v1", tags=["sequences"], route_class=ApiRoute)


@router.get("/scheduled-emails")
async def list_scheduled_emails(
    caller: Reader,
    paging: Page,
    sequence_id: ItemId | None = None,
    mailbox_id: ItemId | None = None,
    status: EmailStatus | None = None,
    order: EmailOrder = EmailOrder.LATEST,
) -> Listed[ScheduledEmailOutput]:
    """The emails of sequences by their times: with `since` and `until` those of a day.

    The latest come first. With `order=earliest` and `since` of now the list begins with what comes next.
    """
    return await list_page(
        caller,
        paging,
        ScheduledEmailOutput,
        view.list_scheduled_emails,
        sequence_id=sequence_id,
        mailbox_id=mailbox_id,
        status=status,
        order=order,
    )


@router.get("/sequence-plan")
async def get_sequence_plan(
    caller: Reader,
    days: Annotated[int, Query(ge=1, le=400, description="How many days from today on.")] = 60,
    mailbox_id: ItemId | None = None,
) -> PlanOutput:
    """When each sequence finishes, and how much each mailbox sends on which day."""
    found = await view.read_plan(caller.runtime, caller.company_id, days=days, mailbox_id=mailbox_id)
    return PlanOutput.of(found)
