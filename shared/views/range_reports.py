"""The report of a range of days: the fires that started in it, of one campaign or of all, added up.

Fires are counted thirty at a time, by the questions that one fire is counted by: how many questions there are
does not grow with the fires. The ledger of a fire that is closed stands in its summary; what is not closed is
counted.
"""

import asyncio
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from shared.domain.errors import InvalidInput
from shared.domain.fires.fire import Fire, FireProgress, Ledger
from shared.domain.fires.report import FireLine, RangeReport
from shared.domain.fires.standing import TEST_CAMPAIGN
from shared.domain.replies.asked import ReplyMeaning
from shared.firestore.kit.collection import VALUES_PER_QUERY
from shared.firestore.kit.query import Match
from shared.firestore.queries.fires import FIRES_SINCE
from shared.firestore.queries.lists import FIRES
from shared.runtime import Runtime
from shared.views.fire_sums import Fires, FireSums, sum_fires
from shared.views.ledger import CountedFire, count_fire
from shared.views.report_parts import count_answers, count_channels, count_refusals
from shared.views.reports import MESSAGES_DELETED, TALLIED, commonest_first, cost_of, with_missing

MOST_FIRES = 500
OPEN_AT_ONCE = 8  # each is counted by some questions, and other requests wait for the same connection


async def report_range(
    runtime: Runtime, company_id: str, start: datetime, end: datetime, *, campaign_id: str | None = None
) -> RangeReport:
    """The fires that started in [start, end). Raises InvalidInput for an empty or too long range."""
    if start >= end:
        raise InvalidInput.at("end", "must be later than start")
    fires = await _fires(runtime, company_id, start, end, campaign_id)
    company = await runtime.stores.companies.get(company_id)
    days = company.kept_for.messages_days(runtime.settings.retention_days)
    gone = {one.id for one in fires if one.is_closed and one.is_past_retention(runtime.now(), days)}
    groups = _groups([one.id for one in fires if one.id not in gone])
    tallied = max(100, TALLIED // max(1, len(groups)))
    zone, length = ZoneInfo(company.time_zone), end - start
    lines, sums, answers, refusals = await asyncio.gather(
        _lines(runtime, company_id, fires, gone),
        _sum(runtime, company_id, groups, tallied),
        count_answers(runtime, company_id, groups, zone, length, tallied),
        count_refusals(runtime, company_id, start, end),
    )
    by_reply = sums.replies.get(ReplyMeaning.OPT_OUT, 0)
    counted = (line.ledger.sent for line in lines if line.note != MESSAGES_DELETED)
    return RangeReport(
        start=start,
        end=end,
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
        channels=await count_channels(runtime, company_id, groups, sums.costs),
        answers=answers,
        opt_outs=refusals if campaign_id is None else {"reply": by_reply} if by_reply else {},
    )


def _groups(fire_ids: Sequence[str]) -> list[Fires]:
    starts = range(0, len(fire_ids), VALUES_PER_QUERY)
    return [tuple(fire_ids[at : at + VALUES_PER_QUERY]) for at in starts]


async def _sum(runtime: Runtime, company_id: str, groups: Iterable[Fires], tallied: int) -> FireSums:
    """All groups' counts together; one group after the other, as each asks some fifty questions at once."""
    total = FireSums()
    for group in groups:
        found = await sum_fires(runtime, company_id, group, tallied)
        for part in FireSums.__struct_fields__:
            getattr(total, part).update(getattr(found, part))
    return total


async def _lines(
    runtime: Runtime, company_id: str, fires: Sequence[Fire], gone: Collection[str]
) -> list[FireLine]:
    """Each fire's books: as its summary has them where it is closed, else counted.

    The messages of those that are `gone` are deleted.
    """
    closed = [one.id for one in fires if one.is_closed]
    kept = await runtime.stores.fire_progress.find_many(company_id, closed)
    gate = asyncio.Semaphore(OPEN_AT_ONCE)

    async def line(fire: Fire) -> FireLine:
        if (progress := kept.get(fire.id)) is not None:
            return _line(fire, progress, MESSAGES_DELETED if fire.id in gone else fire.note)
        async with gate:
            return _line(fire, await count_fire(runtime, company_id, fire), fire.note)

    return await asyncio.gather(*map(line, fires))


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
