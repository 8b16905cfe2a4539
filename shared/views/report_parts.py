"""What a report of a range says beside its fires' own: channels compared, answers over time, refusals."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from shared.domain.channels.channel import all_channels
from shared.domain.contacts.opt_out import OptOutSource
from shared.domain.fires.cost import estimated_cost
from shared.domain.fires.fire_sums import FireSums, answer_of, of_channel
from shared.domain.fires.report import AnswersThen, ChannelReport
from shared.firestore.kit.query import Match
from shared.firestore.queries.lists import OPT_OUTS
from shared.runtime import Runtime

MOST_REFUSALS = 100_000
BY_THE_HOUR = timedelta(days=3)  # of longer ranges, answers are counted by the day


def compare_channels(sums: FireSums) -> tuple[ChannelReport, ...]:
    """The channels that were used, each with what became of its messages."""
    counted = {channel: of_channel(sums.channels, channel) for channel in all_channels()}
    return tuple(
        ChannelReport(
            channel=channel,
            **counts,
            units=sums.costs.get(channel.record.unit, 0),
            estimated_cost=str(estimated_cost({channel: sums.costs.get(channel.record.unit, 0)})),
        )
        for channel, counts in counted.items()
        if counts["sent"]
    )


def answers_then(answers: Mapping[str, int], zone: ZoneInfo, length: timedelta) -> tuple[AnswersThen, ...]:
    """Answers by hour or day on the zone's clock, the earliest first."""
    found: dict[datetime, Counter[str]] = {}
    for key, count in answers.items():
        moment, kind = answer_of(key)
        since = _beginning(moment.astimezone(zone), is_by_hour=length <= BY_THE_HOUR)
        found.setdefault(since, Counter())[kind] += count
    return tuple(AnswersThen(since=since, counts=dict(counts)) for since, counts in sorted(found.items()))


def _beginning(moment: datetime, *, is_by_hour: bool) -> datetime:
    hour = moment.replace(minute=0, second=0, microsecond=0)
    return hour if is_by_hour else hour.replace(hour=0)


async def count_refusals(runtime: Runtime, company_id: str, start: datetime, end: datetime) -> dict[str, int]:
    """How many refusals that hold were noted in [start, end), by how they were learned of."""

    async def count(source: OptOutSource) -> int:
        matches = ((Match("source", source),), (Match("is_active", True),))
        return await runtime.stores.opt_outs.count_newest(
            company_id, OPT_OUTS, most=MOST_REFUSALS, matches=matches, since=start, until=end
        )

    counts = await asyncio.gather(*map(count, OptOutSource))
    return {str(source): found for source, found in zip(OptOutSource, counts, strict=True) if found}
