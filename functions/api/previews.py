"""/v1/previews: what a campaign would do, for every row."""

from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, Path

from functions.api.kit.authentication import Reader
from functions.api.kit.paging import RowPage, list_page
from functions.api.kit.route import ApiRoute
from functions.api.kit.shapes import ItemId, Listed, Output
from shared.domain.fires.preview import Preview, PreviewState, Verdict
from shared.views import previews as view

router = APIRouter(prefix="/v1/previews", tags=["previews"], route_class=ApiRoute)

LAST_ROW = 10_000_000


class PreviewOutput(Output):
    """A preview's totals: `counts` by verdict, `reasons` by verdict and reason, cost at list price."""

    id: str
    campaign_id: str
    content_hash: str
    file_id: str | None
    state: PreviewState
    percent: int
    row_count: int
    counts: dict[str, int]
    reasons: dict[str, int]
    opens_at: dict[str, int]
    parts: int
    estimated_cost: str
    currency: str
    error: str
    made_at: datetime

    @classmethod
    def of(cls, record: object, **beside: object) -> Self:
        """The preview with its file and its rows, if it is of the rows of one."""
        assert isinstance(record, Preview)  # noqa: S101  # as every caller has one
        audience = record.audience
        facts = {"file_id": next(iter(audience.file_ids), None), "row_count": audience.recipient_count}
        return super().of(record, **facts, **beside)


class PreviewedMessageOutput(Output):
    """What would become of one row's message of one step."""

    row_number: int | None
    step_id: str
    verdict: Verdict
    address: str
    subject: str
    body: str
    parts: int
    until: datetime | None
    kind: str
    field: str
    value: str
    reason: str


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
    caller: Reader, preview_id: ItemId, row_number: Annotated[int, Path(ge=1, le=LAST_ROW)]
) -> Listed[PreviewedMessageOutput]:
    """What would become of one row, one item a step. The header is row 1."""
    found = await view.get_previewed_row(caller.runtime, caller.company_id, preview_id, row_number)
    return Listed[PreviewedMessageOutput](items=[PreviewedMessageOutput.of(item) for item in found])
