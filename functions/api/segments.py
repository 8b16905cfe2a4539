"""/v1/segments: contacts by criteria."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response

from functions.api.kit.authentication import Reader, Writer
from functions.api.kit.idempotency import new_id
from functions.api.kit.paging import Page, list_page
from functions.api.kit.route import ApiRoute
from functions.api.kit.shapes import LEFT_OUT, Input, ItemId, Listed, Name, Output
from functions.api.segment_shapes import CriterionShape, criterion_of, shape_of
from shared.domain.contacts.segment import Segment
from shared.usecases.contacts.check_criterion import check_criterion
from shared.usecases.contacts.delete_segment import delete_segment
from shared.usecases.contacts.save_segment import create_segment, edit_segment
from shared.views import segments as view
from shared.views.segments import SegmentCount

router = APIRouter(prefix="/v1/segments", tags=["segments"], route_class=ApiRoute)


class SegmentChanges(Input):
    """The fields of a segment to change. The criterion is replaced as a whole."""

    name: Name = LEFT_OUT
    criterion: CriterionShape = LEFT_OUT

    def given(self) -> dict[str, Any]:
        """The fields that were given."""
        given = {name: getattr(self, name) for name in self.model_fields_set}
        if "criterion" in given:
            given["criterion"] = criterion_of(self.criterion)
        return given


class SegmentInput(SegmentChanges):
    """Everybody who meets a criterion at the moment it is asked; who that is changes by itself."""

    name: Name
    criterion: CriterionShape


class CriterionInput(Input):
    """A criterion to be tried."""

    criterion: CriterionShape


class SegmentOutput(Output):
    """A segment."""

    id: str
    name: str
    criterion: CriterionShape
    created_at: datetime
    updated_at: datetime

    @classmethod
    def derived(cls, record: Segment) -> dict[str, object]:
        """The criterion as it is written."""
        return {"criterion": shape_of(record.criterion)}


class SampleOutput(Output):
    """A contact who meets the criterion."""

    id: str
    name: str
    key: str


class SegmentCountOutput(Output):
    """How many meet the criterion now, `among` how many contacts, and the first of them."""

    count: int
    among: int
    sample: tuple[SampleOutput, ...]

    @classmethod
    def derived(cls, record: SegmentCount) -> dict[str, object]:
        """The sample's contacts as they are shown."""
        return {"sample": tuple(SampleOutput.of(one) for one in record.sample)}


@router.post("", status_code=201)
async def add_segment(
    caller: Writer, body: SegmentInput, request: Request, response: Response
) -> SegmentOutput:
    """Create a segment."""
    now = caller.runtime.now()
    segment = Segment(id=new_id(request), created_at=now, updated_at=now, **body.given())
    segment = await create_segment(caller.runtime, caller.company_id, segment)
    response.headers["Location"] = f"/v1/segments/{segment.id}"
    return SegmentOutput.of(segment)


@router.get("")
async def list_segments(caller: Reader, paging: Page, name: Name | None = None) -> Listed[SegmentOutput]:
    """The company's segments, newest first. `name` is the whole name."""
    return await list_page(caller, paging, SegmentOutput, view.list_segments, name=name)


@router.post("/count")
async def count_criterion(caller: Writer, body: CriterionInput) -> SegmentCountOutput:
    """Count who would meet a criterion, before there is a segment of it."""
    criterion = await check_criterion(caller.runtime, caller.company_id, criterion_of(body.criterion))
    return SegmentCountOutput.of(await view.count_segment(caller.runtime, caller.company_id, criterion))


@router.get("/{segment_id}")
async def get_segment(caller: Reader, segment_id: ItemId) -> SegmentOutput:
    """One segment."""
    return SegmentOutput.of(await view.get_segment(caller.runtime, caller.company_id, segment_id))


@router.patch("/{segment_id}")
async def change_segment(caller: Writer, segment_id: ItemId, body: SegmentChanges) -> SegmentOutput:
    """Change a segment. Campaigns read it when they fire."""
    segment = await edit_segment(caller.runtime, caller.company_id, segment_id, body.given())
    return SegmentOutput.of(segment)


@router.delete("/{segment_id}", status_code=204)
async def delete_one_segment(caller: Writer, segment_id: ItemId) -> None:
    """Delete a segment. A campaign that names it says so instead of firing."""
    await delete_segment(caller.runtime, caller.company_id, segment_id)


@router.get("/{segment_id}/count")
async def count_one_segment(caller: Reader, segment_id: ItemId) -> SegmentCountOutput:
    """Count who is in a segment now, with the first ten of them."""
    segment = await view.get_segment(caller.runtime, caller.company_id, segment_id)
    return SegmentCountOutput.of(
        await view.count_segment(caller.runtime, caller.company_id, segment.criterion)
    )
