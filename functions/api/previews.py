"""/v1/previews: what a campaign would do, for every row."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path

from functions.api.campaign_shapes import DedupeQuestionOutput, SendAgainOutput
from functions.api.fires import LeftOutOutput
from functions.api.kit.authentication import Reader
from functions.api.kit.paging import RowPage, list_page
from functions.api.kit.route import ApiRoute
from functions.api.kit.shapes import ItemId, Listed, Output
from shared.domain.fires.preview import Preview, PreviewState, Verdict
from shared.domain.messages.message import MessageState
from shared.views import previews as view

router = APIRouter(prefix="/v1/previews", tags=["previews"], route_class=ApiRoute)

LAST_ROW = 10_000_000


class ProblemOutput(Output):
    """What is wrong and how to mend it, as a refusal has it in `errors`; `field` is the campaign's."""

    field: str
    reason: str


class PreviewOutput(Output):
    """A preview's totals: `counts` by verdict, `reasons` by verdict and reason, cost at list price.

    `warnings` count what is to be known of messages that go out all the same.

    `arrivals` are messages by the hour on their person's clock at which they would go out (`09`), and by
    verdict.

    It is of the files that the campaign would fire next; `left_out` are those it would not. `send_again` is
    the choice it was made with. `questions` are what the dedupe key leaves open.

    `problems` are what marking the campaign ready is refused for: their steps' messages must be mended.
    """

    id: str
    campaign_id: str
    content_hash: str
    file_id: str | None
    file_ids: tuple[str, ...]
    left_out: tuple[LeftOutOutput, ...]
    send_again: SendAgainOutput
    questions: tuple[DedupeQuestionOutput, ...]
    state: PreviewState
    percent: int
    row_count: int
    counts: dict[str, int]
    reasons: dict[str, int]
    warnings: dict[str, int]
    problems: tuple[ProblemOutput, ...]
    opens_at: dict[str, int]
    arrivals: dict[str, dict[str, int]]
    parts: int
    estimated_cost: str
    currency: str
    error: str
    made_at: datetime

    @classmethod
    def derived(cls, record: Preview) -> dict[str, object]:
        """Its files and how many rows they have; `file_id` is the first."""
        audience = record.audience
        return {
            "file_id": next(iter(audience.file_ids), None),
            "file_ids": audience.file_ids,
            "row_count": audience.recipient_count,
        }


class PreviewedRowOutput(Output):
    """A row with its fields; null when they are deleted by now."""

    file_id: str | None
    row_number: int | None
    values: dict[str, str] | None


class BeforeOutput(Output):
    """The same message in another fire: when it was sent, or is to be, and by which campaign."""

    message_id: str
    fire_id: str
    campaign_id: str
    campaign_name: str
    state: MessageState
    at: datetime


class PreviewedMessageOutput(Output):
    """What would become of one row's message of one step.

    `until` is when it goes out, if not now: when the window opens, or, with `is_later`, when the step is due.
    Of a duplicate, `same_as` is the row whose message goes out, and `values` are the row's own fields, to be
    compared. `before` is the same message in another fire; `reason` says so in words.
    """

    file_id: str | None
    row_number: int | None
    step_id: str
    verdict: Verdict
    address: str
    subject: str
    body: str
    html: str
    media_urls: tuple[str, ...]
    parts: int
    until: datetime | None
    kind: str
    field: str
    value: str
    reason: str
    warnings: tuple[str, ...]
    values: dict[str, str] | None
    same_as: PreviewedRowOutput | None
    before: BeforeOutput | None
    is_later: bool


@router.get("/{preview_id}")
async def get_preview(caller: Reader, preview_id: ItemId) -> PreviewOutput:
    """The totals, and how far it is made."""
    return PreviewOutput.of(await view.get_preview(caller.runtime, caller.company_id, preview_id))


@router.get("/{preview_id}/messages")
async def list_previewed_messages(
    caller: Reader, paging: RowPage, preview_id: ItemId, verdict: Verdict | None = None
) -> Listed[PreviewedMessageOutput]:
    """The messages in row order. A row's messages stay on one page, which may then be a little longer."""
    return await list_page(
        caller,
        paging,
        PreviewedMessageOutput,
        view.list_previewed_messages,
        preview_id=preview_id,
        verdict=verdict,
    )


@router.get("/{preview_id}/rows/{row_number}")
async def get_previewed_row(
    caller: Reader,
    preview_id: ItemId,
    row_number: Annotated[int, Path(ge=1, le=LAST_ROW)],
    file_id: ItemId | None = None,
) -> Listed[PreviewedMessageOutput]:
    """What would become of one row, one item a step. The header is row 1.

    Of a preview of several files it is that row of each, or of `file_id`.
    """
    found = await view.get_previewed_row(
        caller.runtime, caller.company_id, preview_id, row_number, file_id=file_id
    )
    return Listed[PreviewedMessageOutput](items=[PreviewedMessageOutput.of(item) for item in found])
