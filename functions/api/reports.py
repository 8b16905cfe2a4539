"""/v1/reports, and the report of a fire."""

from datetime import datetime

from fastapi import APIRouter

from functions.api.fires import LedgerOutput
from functions.api.kit.authentication import Reader
from functions.api.kit.route import ApiRoute
from functions.api.kit.shapes import ItemId, Moment, Output
from shared.domain.fires.fire import ProgressStatus
from shared.views import reports as view

router = APIRouter(prefix="/v1", tags=["reports"], route_class=ApiRoute)


class FireReportOutput(Output):
    """A fire in numbers that add up: the ledger, and what its parts are made of."""

    fire_id: str
    campaign_id: str
    fired_at: datetime
    status: ProgressStatus
    percent: int
    ledger: LedgerOutput
    note: str
    skipped: dict[str, int]
    failed: dict[str, int]
    unknown: dict[str, int]
    deliveries: dict[str, int]
    undelivered: dict[str, int]
    dispositions: dict[str, int]
    replies: dict[str, int]
    costs: dict[str, int]
    estimated_cost: str
    currency: str


class RangeReportOutput(Output):
    """All fires that started in [start, end), and their ledgers added up."""

    start: datetime
    end: datetime
    ledger: LedgerOutput
    deliveries: dict[str, int]
    dispositions: dict[str, int]
    replies: dict[str, int]
    fires: tuple[FireReportOutput, ...]


@router.get("/fires/{fire_id}/report")
async def get_fire_report(caller: Reader, fire_id: ItemId) -> FireReportOutput:
    """What became of one fire."""
    return FireReportOutput.of(await view.report_fire(caller.runtime, caller.company_id, fire_id))


@router.get("/reports")
async def get_range_report(caller: Reader, start: Moment, end: Moment) -> RangeReportOutput:
    """What became of the fires of a range of days. Times carry their offset: 2026-11-01T00:00:00-04:00."""
    return RangeReportOutput.of(await view.report_range(caller.runtime, caller.company_id, start, end))
