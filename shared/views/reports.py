"""The report of a fire: its ledger, and the reasons behind each of its sums."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from shared.domain.campaigns.reply_option import Disposition
from shared.domain.channels.channel import all_channels
from shared.domain.fires.cost import estimated_cost
from shared.domain.fires.fire import Fire, FireProgress
from shared.domain.fires.fire_cost import all_units
from shared.domain.fires.report import FireReport
from shared.domain.messages.failure import FailureState
from shared.domain.messages.message import MessageState
from shared.domain.messages.sending import Delivery
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
from shared.views.ledger import count_fire, kept_progress

TALLIED = 10_000  # values that a report reads to count them by kind; what is beyond has no kind
BEYOND = "others"
MESSAGES_DELETED = "The messages are deleted, as their time was over; this is the ledger as it closed."


async def report_fire(
    runtime: Runtime, company_id: str, fire_id: str, *, tallied: int = TALLIED
) -> FireReport:
    """The fire's report, counted now. Raises NotFound.

    `tallied` is how many messages of each kind are looked at for their reasons; more are `BEYOND`.
    """
    stores = runtime.stores
    fire = await stores.fires.get(company_id, fire_id)
    if (kept := await kept_progress(runtime, company_id, fire)) is not None:
        return _kept_report(fire, kept)
    books = await count_fire(runtime, company_id, fire)
    answers, reasons, costs = await asyncio.gather(
        _answers(runtime, company_id, fire_id),
        _reasons(runtime, company_id, fire_id, tallied),
        _costs(runtime, company_id, fire_id),
    )
    deliveries, dispositions, replies = answers
    skipped, unknown, failed, undelivered = reasons
    if without_receipt := max(0, books.ledger.sent - sum(deliveries.values())):
        deliveries["no receipt"] = without_receipt
    return FireReport(
        fire_id=fire.id,
        campaign_id=fire.campaign_id,
        fired_at=fire.fired_at,
        status=books.status,
        percent=books.percent,
        ledger=books.ledger,
        steps=books.steps,
        note=fire.note,
        skipped=_commonest_first(skipped),
        failed=_commonest_first(failed),
        unknown=_commonest_first(unknown),
        deliveries=deliveries,
        undelivered=_commonest_first(undelivered),
        dispositions=dispositions,
        replies=replies,
        costs=costs,
        estimated_cost=_estimated(costs),
    )


async def _answers(
    runtime: Runtime, company_id: str, fire_id: str
) -> tuple[dict[str, int], dict[str, int], dict[str, int]]:
    """Counts of what came back: deliveries, answers, and replies of every kind."""
    stores = runtime.stores
    return await asyncio.gather(
        _by(stores.messages, company_id, FIRE_MESSAGES_BY_DELIVERY, fire_id, Delivery),
        _by(stores.messages, company_id, FIRE_MESSAGES_BY_DISPOSITION, fire_id, Disposition),
        _by(stores.replies, company_id, FIRE_REPLIES, fire_id, ReplyMeaning),
    )


async def _reasons(
    runtime: Runtime, company_id: str, fire_id: str, tallied: int
) -> tuple[Counter[str], Counter[str], Counter[str], Counter[str]]:
    """Counts by reason: skipped, unknown, failed, undelivered."""
    messages, by_state = runtime.stores.messages, FIRE_MESSAGES_BY_STATE
    failures = runtime.stores.failures
    return await asyncio.gather(
        _tally(messages, company_id, by_state, fire_id, MessageState.SKIPPED, "reason", tallied),
        _tally(messages, company_id, by_state, fire_id, MessageState.UNKNOWN, "reason", tallied),
        _tally(failures, company_id, FIRE_FAILURES, fire_id, FailureState.OPEN, "kind", tallied),
        _undelivered(runtime, company_id, fire_id, tallied),
    )


def _estimated(costs: Mapping[str, int]) -> str:
    return str(estimated_cost({channel: costs[channel.record.unit] for channel in all_channels()}))


async def _by(
    collection: Collection[Any], company_id: str, query: Query, fire_id: str, values: Iterable[StrEnum]
) -> dict[str, int]:
    """How many of a fire's records have each of the values."""
    names = list(values)
    counts = await asyncio.gather(*(collection.count(company_id, query, fire_id, name) for name in names))
    return {str(name): count for name, count in zip(names, counts, strict=True) if count}


def _kept_report(fire: Fire, progress: FireProgress) -> FireReport:
    return FireReport(
        fire_id=fire.id,
        campaign_id=fire.campaign_id,
        fired_at=fire.fired_at,
        status=progress.status,
        percent=progress.percent,
        ledger=progress.ledger,
        steps=progress.steps,
        note=MESSAGES_DELETED,
    )


def _commonest_first(counts: Counter[str]) -> dict[str, int]:
    return dict(counts.most_common())


async def _tally(
    collection: Collection[Any],
    company_id: str,
    query: Query,
    fire_id: str,
    state: StrEnum,
    field: str,
    most: int,
) -> Counter[str]:
    """How many of the matches have which value in `field`; those after the first `most` are BEYOND."""
    counts: Counter[str] = Counter()
    async for value in collection.each_value(company_id, query, fire_id, state, field=field, limit=most):
        counts[str(value or "")] += 1
    if counts.total() == most:
        left = await collection.count(company_id, query, fire_id, state) - most
        counts += Counter({BEYOND: left})  # without those of zero
    return counts


async def _costs(runtime: Runtime, company_id: str, fire_id: str) -> dict[str, int]:
    """What all attempts of all jobs have used, by unit."""
    costs, units = runtime.stores.fire_costs, all_units()
    amounts = await asyncio.gather(
        *(costs.sum(company_id, FIRE_COSTS, fire_id, field=f"amounts.{unit}") for unit in units)
    )
    return dict(zip(units, amounts, strict=True))


async def _undelivered(runtime: Runtime, company_id: str, fire_id: str, most: int) -> Counter[str]:
    messages, found = runtime.stores.messages, Counter[str]()
    for delivery in (Delivery.UNDELIVERED, Delivery.FAILED):
        codes = await _tally(
            messages, company_id, FIRE_MESSAGES_BY_DELIVERY, fire_id, delivery, "delivery_code", most
        )
        found["no code"] += codes.pop("", 0)
        found += codes
    return found
