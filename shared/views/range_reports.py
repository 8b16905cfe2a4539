"""The report of a range of days: the fires that started in it, of one campaign or of all, added up."""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from shared.domain.companies.company import Company
from shared.domain.errors import InvalidInput
from shared.domain.fires.fire import Fire, FireProgress, Ledger
from shared.domain.fires.report import FireLine, RangeReport
from shared.domain.fires.standing import TEST_CAMPAIGN
from shared.domain.replies.asked import ReplyMeaning
from shared.firestore.kit.query import Match
from shared.firestore.queries.fires import FIRES_SINCE
from shared.firestore.queries.lists import FIRES
from shared.runtime import Runtime
from shared.views.ledger import CountedFire
from shared.views.range_sums import RangeSums, sum_range
from shared.views.report_parts import answers_then, compare_channels, count_refusals
from shared.views.reports import MESSAGES_DELETED, commonest_first, cost_of, with_missing

MOST_FIRES = 500


async def report_range(
    runtime: Runtime, company_id: str, start: datetime, end: datetime, *, campaign_id: str | None = None
) -> RangeReport:
    """The fires that started in [start, end). Raises InvalidInput for an empty or too long range."""
    if start >= end:
        raise InvalidInput.at("end", "must be later than start")
    refusals, (company, fires, gone, found) = await asyncio.gather(
        count_refusals(runtime, company_id, start, end),
        _summed(runtime, company_id, start, end, campaign_id),
    )
    lines, sums = _lines(fires, found.books, gone), found.sums
    by_reply = sums.replies.get(ReplyMeaning.OPT_OUT, 0)
    counted = (line.ledger.sent for line in lines if line.note != MESSAGES_DELETED)
    return RangeReport(
        start=start,
        end=end,
        as_of=found.as_of,
        unsummed=found.unsummed,
        ledger=sum((line.ledger for line in lines), Ledger()),
        deliveries=with_missing(sums.deliveries, sum(counted)),
        dispositions=commonest_first(sums.dispositions),
        replies=commonest_first(sums.replies),
        fires=tuple(lines),
        skipped=commonest_first(sums.skipped),
        failed=commonest_first(sums.failed),
        unknown=commonest_first(sums.unknown),
        undelivered=commonest_first(sums.undelivered),
        costs=commonest_first(sums.costs),
        estimated_cost=cost_of(sums.costs),
        channels=compare_channels(sums),
        answers=answers_then(sums.answers, ZoneInfo(company.time_zone), end - start),
        opt_outs=refusals if campaign_id is None else {"reply": by_reply} if by_reply else {},
    )


async def _summed(
    runtime: Runtime, company_id: str, start: datetime, end: datetime, campaign_id: str | None
) -> tuple[Company, list[Fire], dict[str, FireProgress], RangeSums]:
    """The company, its fires, the last summaries of those without messages, and the sums of the others."""
    fires, company = await asyncio.gather(
        _fires(runtime, company_id, start, end, campaign_id), runtime.stores.companies.get(company_id)
    )
    days = company.kept_for.messages_days(runtime.settings.retention_days)
    past = [one.id for one in fires if one.is_closed and one.is_past_retention(runtime.now(), days)]
    gone = await runtime.stores.fire_progress.find_many(company_id, past)
    found = await sum_range(runtime, company_id, [one for one in fires if one.id not in gone])
    return company, fires, gone, found


def _lines(
    fires: Iterable[Fire], books: Mapping[str, FireProgress | CountedFire], gone: Mapping[str, FireProgress]
) -> list[FireLine]:
    """Each fire's books. The messages of those that are `gone` are deleted: theirs are as they closed."""
    return [
        _line(one, gone[one.id], MESSAGES_DELETED) if one.id in gone else _line(one, books[one.id], one.note)
        for one in fires
    ]


def _line(fire: Fire, books: FireProgress | CountedFire, note: str) -> FireLine:
    return FireLine(
        fire_id=fire.id,
        campaign_id=fire.campaign_id,
        fired_at=fire.fired_at,
        status=books.status,
        percent=books.percent,
        ledger=books.ledger,
        note=note,
    )


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
