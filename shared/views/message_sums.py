"""What fires' messages came to: counted by the database, or of those that were read."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any

from shared.domain.campaigns.reply_option import Disposition
from shared.domain.channels.channel import Channel, all_channels
from shared.domain.fires.fire_sums import Counts, FireSums, channel_key
from shared.domain.messages.message import MessageState
from shared.domain.messages.sending import Delivery
from shared.firestore.kit.collection import Collection
from shared.firestore.kit.query import Query
from shared.firestore.queries.messages import (
    CHANNEL_MESSAGES_BY_DELIVERY,
    CHANNEL_MESSAGES_BY_DISPOSITION,
    CHANNEL_MESSAGES_BY_STATE,
    FIRE_MESSAGES_BY_DELIVERY,
    FIRE_MESSAGES_BY_DISPOSITION,
    FIRE_MESSAGES_BY_STATE,
)
from shared.runtime import Runtime
from shared.views.fire_outcomes import Outcome, Outcomes, tally

BEYOND, NO_CODE = "others", "no code"
_NOT_THERE = (Delivery.UNDELIVERED, Delivery.FAILED)
_ARRIVALS = (Delivery.DELIVERED, Delivery.READ, *_NOT_THERE)
Fires = tuple[str, ...]  # ids, as many as one question takes: VALUES_PER_QUERY


async def count_messages(runtime: Runtime, company_id: str, fires: Fires, tallied: int) -> FireSums:
    """What their messages came to, counted by the database."""
    by_state = FIRE_MESSAGES_BY_STATE
    skipped, unknown, undelivered, deliveries, dispositions, channels = await asyncio.gather(
        count_kinds(runtime, company_id, by_state, fires, MessageState.SKIPPED, "reason", tallied),
        count_kinds(runtime, company_id, by_state, fires, MessageState.UNKNOWN, "reason", tallied),
        _undelivered(runtime, company_id, fires, tallied),
        count_each(runtime, company_id, FIRE_MESSAGES_BY_DELIVERY, fires, Delivery),
        count_each(runtime, company_id, FIRE_MESSAGES_BY_DISPOSITION, fires, Disposition),
        _channels(runtime, company_id, fires),
    )
    return FireSums(
        skipped=skipped,
        unknown=unknown,
        undelivered=undelivered,
        deliveries=deliveries,
        dispositions=dispositions,
        channels=channels,
    )


def sum_messages(outcomes: Outcomes) -> FireSums:
    """The same of messages that were read."""
    messages = outcomes.messages
    deliveries, dispositions = tally(messages, "delivery"), tally(messages, "disposition")
    undelivered = Counter[str]()
    for delivery in _NOT_THERE:
        undelivered += tally(messages, "delivery_code", delivery=delivery)
    return FireSums(
        skipped=tally(messages, "reason", state=MessageState.SKIPPED),
        unknown=tally(messages, "reason", state=MessageState.UNKNOWN),
        undelivered=_with_code(undelivered),
        deliveries=Counter({kind: count for kind, count in deliveries.items() if kind}),
        dispositions=Counter({kind: count for kind, count in dispositions.items() if kind}),
        channels=_channels_of(messages),
    )


async def count_each(
    runtime: Runtime, company_id: str, query: Query, fires: Fires, values: Iterable[StrEnum]
) -> Counts:
    """How many of the fires' records have each of the values."""
    names, collection = list(values), _asked(runtime, query)
    counts = await asyncio.gather(*(collection.count(company_id, query, fires, name) for name in names))
    return Counter({str(name): count for name, count in zip(names, counts, strict=True) if count})


async def count_kinds(
    runtime: Runtime,
    company_id: str,
    query: Query,
    fires: Fires,
    state: StrEnum,
    named_by: str,
    most: int,
) -> Counts:
    """How many of the matches have which value in that field; those after the first `most` are BEYOND."""
    counts, collection = Counter[str](), _asked(runtime, query)
    async for value in collection.each_value(company_id, query, fires, state, field=named_by, limit=most):
        counts[str(value or "")] += 1
    if counts.total() == most:
        left = await collection.count(company_id, query, fires, state) - most
        counts += Counter({BEYOND: left})  # without those of zero
    return counts


def _asked(runtime: Runtime, query: Query) -> Collection[Any]:
    """The collection that the query is about."""
    collection: Collection[Any] = getattr(runtime.stores, query.collection)
    return collection


async def _undelivered(runtime: Runtime, company_id: str, fires: Fires, most: int) -> Counts:
    found = Counter[str]()
    for delivery in _NOT_THERE:
        found += await count_kinds(
            runtime, company_id, FIRE_MESSAGES_BY_DELIVERY, fires, delivery, "delivery_code", most
        )
    return _with_code(found)


def _with_code(codes: Counts) -> Counts:
    """The counts by code, with a name for those without one."""
    bare = codes.pop("", 0)
    return codes + Counter({NO_CODE: bare})  # without those of zero


async def _channels(runtime: Runtime, company_id: str, fires: Fires) -> Counts:
    counted = await asyncio.gather(*(_channel(runtime, company_id, fires, one) for one in all_channels()))
    return sum(counted, Counter[str]())


async def _channel(runtime: Runtime, company_id: str, fires: Fires, channel: Channel) -> Counts:
    """What one channel's messages came to; of a channel that was not used nothing more is asked."""
    messages, key = runtime.stores.messages, (fires, channel)
    sent = await messages.count(company_id, CHANNEL_MESSAGES_BY_STATE, *key, MessageState.SENT)
    if not sent:
        return Counter()
    counts = await asyncio.gather(
        *(messages.count(company_id, CHANNEL_MESSAGES_BY_DELIVERY, *key, kind) for kind in _ARRIVALS),
        *(messages.count(company_id, CHANNEL_MESSAGES_BY_DISPOSITION, *key, kind) for kind in Disposition),
    )
    arrived = {channel_key(channel, kind): count for kind, count in zip(_ARRIVALS, counts, strict=False)}
    answered = {channel_key(channel, "answered"): sum(counts[len(_ARRIVALS) :])}
    return Counter({channel_key(channel, "sent"): sent} | arrived | answered)


def _channels_of(messages: Sequence[Outcome]) -> Counts:
    counts: Counts = Counter()
    for channel in all_channels():
        counts[channel_key(channel, "sent")] = sum(
            tally(messages, "state", channel=str(channel), state=MessageState.SENT).values()
        )
        if not counts[channel_key(channel, "sent")]:
            continue
        arrived = tally(messages, "delivery", channel=str(channel))
        answers = tally(messages, "disposition", channel=str(channel))
        counts.update({channel_key(channel, kind): arrived[kind] for kind in _ARRIVALS})
        counts[channel_key(channel, "answered")] = answers.total() - answers[""]
    return +counts
