"""/v1/reports, and the report of a fire."""

from datetime import datetime

from fastapi import APIRouter

from functions.api.fires import LedgerOutput
from functions.api.kit.authentication import Reader
from functions.api.kit.channel_name import ChannelName
from functions.api.kit.route import ApiRoute
from functions.api.kit.shapes import ItemId, Moment, Output
from shared.domain.fires.fire import ProgressStatus
from shared.usecases.ledger.ask_sums import ask_sums
from shared.views.range_reports import report_range
from shared.views.reports import report_fire

router = APIRouter(prefix="/v1", tags=["reports"], route_class=ApiRoute)


class FireLineOutput(Output):
    """A fire among others; its own report says what its numbers are made of."""

    fire_id: str
    campaign_id: str
    fired_at: datetime
    status: ProgressStatus
    percent: int
    ledger: LedgerOutput
    note: str


class FireReportOutput(FireLineOutput):
    """A fire in numbers that add up: the ledger, and what its parts are made of."""

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


class ChannelReportOutput(Output):
    """What became of all messages of one channel. Those that were read were delivered."""

    channel: ChannelName
    sent: int
    delivered: int
    read: int
    undelivered: int
    answered: int
    units: int
    estimated_cost: str


class AnswersThenOutput(Output):
    """How many answers of each kind came in the hour, or on the day, that began at `since`."""

    since: datetime
    counts: dict[str, int]


class RangeReportOutput(Output):
    """All fires that started in [start, end), and what they are made of, added up.

    `answers` are counted by the hour where the range has three days or fewer, else by the day, on the
    company's clock. `opt_outs` are refusals noted in the range, by how they were learned of; of a campaign,
    those that its own replies were. `as_of` is when the oldest of the numbers was counted: the moment of the
    answer, unless very many fires have news since they were counted last.
    """

    start: datetime
    end: datetime
    as_of: datetime
    ledger: LedgerOutput
    deliveries: dict[str, int]
    dispositions: dict[str, int]
    replies: dict[str, int]
    fires: tuple[FireLineOutput, ...]
    skipped: dict[str, int]
    failed: dict[str, int]
    unknown: dict[str, int]
    undelivered: dict[str, int]
    costs: dict[str, int]
    estimated_cost: str
    currency: str
    channels: tuple[ChannelReportOutput, ...]
    answers: tuple[AnswersThenOutput, ...]
    opt_outs: dict[str, int]


@router.get("/fires/{fire_id}/report")
async def get_fire_report(caller: Reader, fire_id: ItemId) -> FireReportOutput:
    """What became of one fire."""
    return FireReportOutput.of(await report_fire(caller.runtime, caller.company_id, fire_id))


@router.get("/reports")
async def get_range_report(
    caller: Reader, start: Moment, end: Moment, campaign_id: ItemId | None = None
) -> RangeReportOutput:
    """What became of the fires of a range of days, of one campaign or of all.

    Times carry their offset: 2026-11-01T00:00:00-04:00.
    """
    report = await report_range(caller.runtime, caller.company_id, start, end, campaign_id=campaign_id)
    await ask_sums(caller.runtime, caller.company_id, report.unsummed)
    return RangeReportOutput.of(report)
