"""What fires came to, counted by kind: of one fire, or of some together by the same questions."""

import asyncio
from collections import Counter
from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from msgspec import Struct, field

from shared.domain.campaigns.reply_option import Disposition
from shared.domain.fires.fire_cost import all_units
from shared.domain.messages.failure import FailureState
from shared.domain.messages.message import MessageState
from shared.domain.messages.sending import Delivery
from shared.domain.record import replace
from shared.domain.replies.asked import ReplyMeaning
from shared.firestore.kit.collection import Collection
from shared.firestore.kit.query import Query
from shared.firestore.queries.fires import FIRE_COSTS, FIRE_FAILURES
from shared.firestore.queries.messages import (
    FIRE_MESSAGES_BY_DELIVERY,
    FIRE_MESSAGES_BY_DISPOSITION,
    FIRE_MESSAGES_BY_STATE,
    FIRE_REPLIES,
)
from shared.runtime import Runtime
from shared.views.fire_outcomes import Outcomes, tally

BEYOND, NO_CODE = "others", "no code"
_NOT_THERE = (Delivery.UNDELIVERED, Delivery.FAILED)
Fires = tuple[str, ...]  # ids, as many as one question takes: VALUES_PER_QUERY
Counts = Counter[str]


class FireSums(Struct, frozen=True, kw_only=True):
    """Counts of fires' messages, failures, replies and costs, each by kind (FireReport says which)."""

    skipped: Counts = field(default_factory=Counter)
    failed: Counts = field(default_factory=Counter)
    unknown: Counts = field(default_factory=Counter)
    deliveries: Counts = field(default_factory=Counter)
    undelivered: Counts = field(default_factory=Counter)
    dispositions: Counts = field(default_factory=Counter)
    replies: Counts = field(default_factory=Counter)
    costs: Counts = field(default_factory=Counter)


async def sum_fires(
    runtime: Runtime, company_id: str, fires: Fires, tallied: int, outcomes: Outcomes | None = None
) -> FireSums:
    """Count these fires together; of messages from their `outcomes`, where these were read.

    `tallied` values of each kind are read for their reasons; more are BEYOND.
    """
    stores = runtime.stores
    messages, failed, replies, costs = await asyncio.gather(
        _sum_messages(runtime, company_id, fires, tallied) if outcomes is None else _summed(outcomes),
        _tally(stores.failures, company_id, FIRE_FAILURES, fires, FailureState.OPEN, "kind", tallied),
        _by(stores.replies, company_id, FIRE_REPLIES, fires, ReplyMeaning),
        _costs(runtime, company_id, fires),
    )
    return replace(messages, failed=failed, replies=replies, costs=costs)


async def _sum_messages(runtime: Runtime, company_id: str, fires: Fires, tallied: int) -> FireSums:
    """What their messages came to, counted by the database."""
    messages, by_state = runtime.stores.messages, FIRE_MESSAGES_BY_STATE
    skipped, unknown, undelivered, deliveries, dispositions = await asyncio.gather(
        _tally(messages, company_id, by_state, fires, MessageState.SKIPPED, "reason", tallied),
        _tally(messages, company_id, by_state, fires, MessageState.UNKNOWN, "reason", tallied),
        _undelivered(runtime, company_id, fires, tallied),
        _by(messages, company_id, FIRE_MESSAGES_BY_DELIVERY, fires, Delivery),
        _by(messages, company_id, FIRE_MESSAGES_BY_DISPOSITION, fires, Disposition),
    )
    return FireSums(
        skipped=skipped,
        unknown=unknown,
        undelivered=undelivered,
        deliveries=deliveries,
        dispositions=dispositions,
    )


async def _summed(outcomes: Outcomes) -> FireSums:
    """The same of messages that were read."""
    deliveries, dispositions = tally(outcomes, "delivery"), tally(outcomes, "disposition")
    undelivered = Counter[str]()
    for delivery in _NOT_THERE:
        undelivered += tally(outcomes, "delivery_code", delivery=delivery)
    return FireSums(
        skipped=tally(outcomes, "reason", state=MessageState.SKIPPED),
        unknown=tally(outcomes, "reason", state=MessageState.UNKNOWN),
        undelivered=_with_code(undelivered),
        deliveries=Counter({kind: count for kind, count in deliveries.items() if kind}),
        dispositions=Counter({kind: count for kind, count in dispositions.items() if kind}),
    )


async def _by(
    collection: Collection[Any], company_id: str, query: Query, fires: Fires, values: Iterable[StrEnum]
) -> Counts:
    """How many of the fires' records have each of the values."""
    names = list(values)
    counts = await asyncio.gather(*(collection.count(company_id, query, fires, name) for name in names))
    return Counter({str(name): count for name, count in zip(names, counts, strict=True) if count})


async def _tally(
    collection: Collection[Any],
    company_id: str,
    query: Query,
    fires: Fires,
    state: StrEnum,
    named_by: str,
    most: int,
) -> Counts:
    """How many of the matches have which value in that field; those after the first `most` are BEYOND."""
    counts: Counts = Counter()
    async for value in collection.each_value(company_id, query, fires, state, field=named_by, limit=most):
        counts[str(value or "")] += 1
    if counts.total() == most:
        left = await collection.count(company_id, query, fires, state) - most
        counts += Counter({BEYOND: left})  # without those of zero
    return counts


async def _undelivered(runtime: Runtime, company_id: str, fires: Fires, most: int) -> Counts:
    messages, found = runtime.stores.messages, Counter[str]()
    for delivery in _NOT_THERE:
        found += await _tally(
            messages, company_id, FIRE_MESSAGES_BY_DELIVERY, fires, delivery, "delivery_code", most
        )
    return _with_code(found)


def _with_code(codes: Counts) -> Counts:
    """The counts by code, with a name for those without one."""
    bare = codes.pop("", 0)
    return codes + Counter({NO_CODE: bare})  # without those of zero


async def _costs(runtime: Runtime, company_id: str, fires: Fires) -> Counts:
    """What all attempts of all jobs have used, by unit, those of zero too."""
    costs, units = runtime.stores.fire_costs, all_units()
    amounts = await asyncio.gather(
        *(costs.sum(company_id, FIRE_COSTS, fires, field=f"amounts.{unit}") for unit in units)
    )
    return Counter(dict(zip(units, amounts, strict=True)))
