"""What a report of a range says beside its fires' own: channels compared, answers over time, refusals."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from shared.domain.campaigns.reply_option import Disposition
from shared.domain.channels.channel import Channel, all_channels
from shared.domain.contacts.opt_out import OptOutSource
from shared.domain.fires.cost import estimated_cost
from shared.domain.fires.report import AnswersThen, ChannelReport
from shared.domain.messages.message import MessageState
from shared.domain.messages.sending import Delivery
from shared.firestore.kit.query import Match
from shared.firestore.queries.lists import OPT_OUTS
from shared.firestore.queries.messages import (
    CHANNEL_MESSAGES_BY_DELIVERY,
    CHANNEL_MESSAGES_BY_DISPOSITION,
    CHANNEL_MESSAGES_BY_STATE,
    FIRE_ANSWERS,
)
from shared.runtime import Runtime
from shared.views.fire_sums import Fires

MOST_REFUSALS = 100_000
BY_THE_HOUR = timedelta(days=3)  # of longer ranges, answers are counted by the day
_UNDELIVERED = (Delivery.UNDELIVERED, Delivery.FAILED)


async def count_channels(
    runtime: Runtime, company_id: str, groups: Sequence[Fires], costs: Mapping[str, int]
) -> tuple[ChannelReport, ...]:
    """The channels that were used, each with what became of its messages. `costs` are of these fires."""
    counted = await asyncio.gather(
        *(_count_channel(runtime, company_id, groups, channel) for channel in all_channels())
    )
    return tuple(
        ChannelReport(
            channel=channel,
            **counts,
            units=costs.get(channel.record.unit, 0),
            estimated_cost=str(estimated_cost({channel: costs.get(channel.record.unit, 0)})),
        )
        for channel, counts in zip(all_channels(), counted, strict=True)
        if counts["sent"]
    )


async def _count_channel(
    runtime: Runtime, company_id: str, groups: Sequence[Fires], channel: Channel
) -> dict[str, int]:
    messages, total = runtime.stores.messages, Counter[str]()
    for fires in groups:  # one after the other: each channel is asked about beside the others
        key = (fires, channel)
        sent = await messages.count(company_id, CHANNEL_MESSAGES_BY_STATE, *key, MessageState.SENT)
        if not sent:
            continue
        total["sent"] += sent
        total.update(await _outcomes(messages, company_id, key))
    names = ("sent", "delivered", "read", "undelivered", "answered")
    return {name: total[name] for name in names}


async def _outcomes(messages: Any, company_id: str, key: tuple[Fires, Channel]) -> dict[str, int]:
    by_delivery, by_answer = CHANNEL_MESSAGES_BY_DELIVERY, CHANNEL_MESSAGES_BY_DISPOSITION
    delivered, read, *others = await asyncio.gather(
        *(
            messages.count(company_id, by_delivery, *key, kind)
            for kind in (Delivery.DELIVERED, Delivery.READ, *_UNDELIVERED)
        ),
        *(messages.count(company_id, by_answer, *key, kind) for kind in Disposition),
    )
    bad = len(_UNDELIVERED)
    return {
        "delivered": delivered + read,
        "read": read,
        "undelivered": sum(others[:bad]),
        "answered": sum(others[bad:]),
    }


async def count_answers(
    runtime: Runtime, company_id: str, groups: Sequence[Fires], zone: ZoneInfo, length: timedelta, most: int
) -> tuple[AnswersThen, ...]:
    """Answers by hour or day, the earliest first; `most` of each group of fires and kind are looked at."""
    found: dict[datetime, Counter[str]] = {}
    for fires in groups:
        times = await asyncio.gather(
            *(_times(runtime, company_id, fires, kind, most) for kind in Disposition)
        )
        for kind, moments in zip(Disposition, times, strict=True):
            for moment in moments:
                since = _beginning(moment.astimezone(zone), is_by_hour=length <= BY_THE_HOUR)
                found.setdefault(since, Counter())[str(kind)] += 1
    return tuple(AnswersThen(since=since, counts=dict(counts)) for since, counts in sorted(found.items()))


async def _times(
    runtime: Runtime, company_id: str, fires: Fires, kind: Disposition, most: int
) -> list[datetime]:
    replies = runtime.stores.replies
    values = replies.each_value(company_id, FIRE_ANSWERS, fires, kind, field="received_at", limit=most)
    return [one async for one in values if isinstance(one, datetime)]


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
