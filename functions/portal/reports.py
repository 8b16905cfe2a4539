"""Reports of a range of days: numbers that add up, plotted, each with its table beside it."""

import asyncio
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from msgspec import Struct
from starlette.responses import Response

from functions.downloads import csv_response
from functions.portal.kit.pages import Pages
from functions.portal.kit.visit import Visit
from shared.domain.campaigns.reply_option import Disposition
from shared.domain.companies.api_key import Scope
from shared.domain.errors import InvalidInput
from shared.domain.fires.fire_cost import Unit
from shared.domain.fires.report import RangeReport
from shared.usecases.ledger.ask_sums import ask_sums
from shared.views.exports import export_messages
from shared.views.names import campaign_names, newest_campaigns
from shared.views.providers import explain_codes
from shared.views.range_reports import report_range

pages = Pages()
USUAL = 30  # days, where none are asked for
ANSWERS = "Answers"  # what goes out in answer to replies belongs to no campaign


class Range(Struct, frozen=True, kw_only=True):
    """Whole days on the company's clock, the last one included; of one campaign, or of all."""

    first: date
    last: date
    zone: ZoneInfo
    campaign_id: str = ""

    @property
    def start(self) -> datetime:
        """When the first day begins."""
        return datetime.combine(self.first, time(0), self.zone)

    @property
    def end(self) -> datetime:
        """When the day after the last one begins."""
        return datetime.combine(self.last + timedelta(days=1), time(0), self.zone)

    @property
    def query(self) -> str:
        """The same, after the question mark."""
        given = {"first": self.first, "last": self.last, "campaign_id": self.campaign_id}
        return urlencode({name: str(value) for name, value in given.items() if value})


@pages.get("/reports", Scope.READ)
async def show_report(visit: Visit) -> Response:
    """What became of everything that was sent in these days."""
    wanted, began_at = _range(visit), visit.runtime.now()
    (report, problem, names), campaigns = await asyncio.gather(
        _reported(visit, wanted), newest_campaigns(visit.runtime, visit.company_id)
    )
    return visit.page(
        "reports/report.html",
        code=422 if problem else 200,
        report=report,
        as_of=report.as_of if report and report.as_of < began_at else None,
        wanted=wanted,
        problem=problem,
        campaigns=campaigns,
        names=names,
        codes=explain_codes((*report.failed, *report.undelivered)) if report else {},
        answers_name=ANSWERS,
        funnel=funnel_of(report) if report else [],
        kinds=list(Disposition),
        charged=_costs(report, is_charged=True),
        worked=_costs(report, is_charged=False),
        presets=_presets(visit, wanted),
        is_by_hour=wanted.end - wanted.start <= timedelta(days=3),
    )


async def _reported(visit: Visit, wanted: Range) -> tuple[RangeReport | None, str, dict[str, str]]:
    """The report, or what is wrong with its range; and the names of its fires' campaigns."""
    runtime, company_id = visit.runtime, visit.company_id
    campaign_id = wanted.campaign_id or None
    try:
        report = await report_range(runtime, company_id, wanted.start, wanted.end, campaign_id=campaign_id)
    except InvalidInput as invalid:
        return None, invalid.problems[0].reason, {}
    _, names = await asyncio.gather(
        ask_sums(runtime, company_id, report.unsummed),
        campaign_names(runtime, company_id, [one.campaign_id for one in report.fires]),
    )
    return report, "", names


@pages.get("/reports/recipients.csv", Scope.READ)
async def download_recipients(visit: Visit) -> Response:
    """Every message of these days, one a line, with what became of it."""
    wanted = _range(visit)
    pieces = await export_messages(
        visit.runtime,
        visit.company_id,
        since=wanted.start,
        until=wanted.end,
        campaign_id=wanted.campaign_id or None,
    )
    return csv_response(pieces, f"recipients-{wanted.first}-{wanted.last}.csv")


def funnel_of(report: RangeReport) -> list[tuple[str, int]]:
    """From planned to answered: how many were left at each step."""
    return [
        ("Planned", report.ledger.planned),
        ("Sent", report.ledger.sent),
        ("Delivered", report.reached),
        ("Answered", report.answered),
        ("Confirmed", report.dispositions.get(Disposition.CONFIRMED, 0)),
    ]


def _costs(report: RangeReport | None, *, is_charged: bool) -> dict[str, int]:
    """What providers bill, or what it took to run."""
    costs = report.costs if report else {}
    own = set(map(str, Unit))
    return {unit: count for unit, count in costs.items() if count and (unit not in own) == is_charged}


def _range(visit: Visit) -> Range:
    """The days that are asked for; the last thirty for none, or for what are no days."""
    zone = ZoneInfo(visit.company.time_zone)
    today = visit.runtime.now().astimezone(zone).date()
    last = _day(visit.query("last"), today)
    first = _day(visit.query("first"), last - timedelta(days=USUAL - 1))
    return Range(first=first, last=last, zone=zone, campaign_id=visit.query("campaign_id"))


def _day(text: str, otherwise: date) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return otherwise
    return min(max(day, date(2000, 1, 1)), date(2100, 1, 1))


def _presets(visit: Visit, wanted: Range) -> list[tuple[str, str, bool]]:
    """Ranges that are asked for often: label, address, and whether it is shown now."""
    today = visit.runtime.now().astimezone(wanted.zone).date()
    month = today.replace(day=1)
    before = (month - timedelta(days=1)).replace(day=1)
    ranges = {
        "Today": (today, today),
        "7 days": (today - timedelta(days=6), today),
        "30 days": (today - timedelta(days=29), today),
        "This month": (month, today),
        "Last month": (before, month - timedelta(days=1)),
    }
    made = {
        label: Range(first=first, last=last, zone=wanted.zone, campaign_id=wanted.campaign_id)
        for label, (first, last) in ranges.items()
    }
    return [(label, f"/reports?{one.query}", one == wanted) for label, one in made.items()]
