"""The report of a range of days: the fires that started in it, of one campaign or of all, added up."""

import asyncio
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from shared.domain.channels.channel import all_channels
from shared.domain.errors import InvalidInput
from shared.domain.fires.cost import estimated_cost
from shared.domain.fires.fire import Fire, Ledger
from shared.domain.fires.report import FireReport, RangeReport
from shared.domain.fires.standing import TEST_CAMPAIGN
from shared.domain.replies.asked import ReplyMeaning
from shared.firestore.kit.query import Match
from shared.firestore.queries.fires import FIRES_SINCE
from shared.firestore.queries.lists import FIRES
from shared.runtime import Runtime
from shared.views.report_parts import count_answers, count_channels, count_refusals
from shared.views.reports import TALLIED, report_fire

MOST_FIRES = 500
FIRES_AT_ONCE = 8  # each asks dozens of questions, and other requests wait for the same connection


async def report_range(
    runtime: Runtime, company_id: str, start: datetime, end: datetime, *, campaign_id: str | None = None
) -> RangeReport:
    """The fires that started in [start, end). Raises InvalidInput for an empty or too long range."""
    if start >= end:
        raise InvalidInput.at("end", "must be later than start")
    ids = [fire.id for fire in await _fires(runtime, company_id, start, end, campaign_id)]
    company = await runtime.stores.companies.get(company_id)
    tallied = max(100, TALLIED // max(1, len(ids)))
    reports = await _reports(runtime, company_id, ids, tallied)
    costs = _sum(report.costs for report in reports)
    replies = _sum(report.replies for report in reports)
    channels, answers, refusals = await asyncio.gather(
        count_channels(runtime, company_id, ids, costs),
        count_answers(runtime, company_id, ids, ZoneInfo(company.time_zone), end - start, tallied),
        count_refusals(runtime, company_id, start, end),
    )
    by_reply = replies.get(ReplyMeaning.OPT_OUT, 0)
    return RangeReport(
        start=start,
        end=end,
        ledger=sum((report.ledger for report in reports), Ledger()),
        deliveries=_sum(report.deliveries for report in reports),
        dispositions=_sum(report.dispositions for report in reports),
        replies=replies,
        fires=tuple(reports),
        skipped=_sum(report.skipped for report in reports),
        failed=_sum(report.failed for report in reports),
        unknown=_sum(report.unknown for report in reports),
        undelivered=_sum(report.undelivered for report in reports),
        costs=costs,
        estimated_cost=_estimated(costs),
        channels=channels,
        answers=answers,
        opt_outs=refusals if campaign_id is None else {"reply": by_reply} if by_reply else {},
    )


async def _reports(
    runtime: Runtime, company_id: str, fire_ids: Iterable[str], tallied: int
) -> list[FireReport]:
    gate = asyncio.Semaphore(FIRES_AT_ONCE)

    async def report_one(fire_id: str) -> FireReport:
        async with gate:
            return await report_fire(runtime, company_id, fire_id, tallied=tallied)

    return await asyncio.gather(*map(report_one, fire_ids))


async def _fires(
    runtime: Runtime, company_id: str, start: datetime, end: datetime, campaign_id: str | None
) -> list[Fire]:
    """In the order of their times."""
    fires, most = runtime.stores.fires, MOST_FIRES + 1
    if campaign_id is None:
        found = await fires.some(company_id, FIRES_SINCE, start, limit=most)
        chosen = [one for one in found if one.fired_at < end and one.campaign_id != TEST_CAMPAIGN]
    else:
        matches = ((Match("campaign_id", campaign_id),),)
        found = await fires.newest(company_id, FIRES, limit=most, matches=matches, since=start, until=end)
        chosen = found[::-1]
    if len(chosen) > MOST_FIRES:
        raise InvalidInput.at("end", f"the range holds more than {MOST_FIRES} fires; choose a shorter one")
    return chosen


def _sum(parts: Iterable[dict[str, int]]) -> dict[str, int]:
    """Counts added up, the commonest first."""
    total = Counter[str]()
    for part in parts:
        total.update(part)
    return dict(total.most_common())


def _estimated(costs: dict[str, int]) -> str:
    return str(estimated_cost({channel: costs.get(channel.record.unit, 0) for channel in all_channels()}))
