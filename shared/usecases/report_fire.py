"""Report one fire: its ledger as it stands, and the reasons behind each of its sums."""

import asyncio
from collections import Counter
from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from shared.domain.campaign import Disposition
from shared.domain.failure import FailureState
from shared.domain.fire import Fire, FireProgress, status_of
from shared.domain.message import MessageState
from shared.domain.report import FireReport
from shared.domain.sending import Delivery
from shared.firestore.collection import Collection
from shared.firestore.queries import (
    FIRE_FAILURES,
    FIRE_MESSAGES_BY_DELIVERY,
    FIRE_MESSAGES_BY_DISPOSITION,
    FIRE_MESSAGES_BY_STATE,
    Query,
)
from shared.runtime import Runtime
from shared.usecases.summarize_fire import count_ledger, kept_progress

MESSAGES_DELETED = "The messages are deleted, as their time was over; this is the ledger as it closed."


async def report_fire(runtime: Runtime, company_id: str, fire_id: str) -> FireReport:
    """The fire's report, counted now. Raises NotFound."""
    stores = runtime.stores
    fire = await stores.fires.get(company_id, fire_id)
    if (kept := await kept_progress(runtime, company_id, fire)) is not None:
        return _kept_report(fire, kept)
    ledger, all_planned = await count_ledger(runtime, company_id, fire)

    async def by(query: Query, values: Iterable[StrEnum]) -> dict[str, int]:
        names = list(values)
        counts = await asyncio.gather(
            *(stores.messages.count(company_id, query, fire_id, name) for name in names)
        )
        return {str(name): count for name, count in zip(names, counts, strict=True) if count}

    deliveries, dispositions, skipped, unknown, failed, undelivered = await asyncio.gather(
        by(FIRE_MESSAGES_BY_DELIVERY, Delivery),
        by(FIRE_MESSAGES_BY_DISPOSITION, Disposition),
        _tally(stores.messages, company_id, FIRE_MESSAGES_BY_STATE, fire_id, MessageState.SKIPPED, "reason"),
        _tally(stores.messages, company_id, FIRE_MESSAGES_BY_STATE, fire_id, MessageState.UNKNOWN, "reason"),
        _tally(stores.failures, company_id, FIRE_FAILURES, fire_id, FailureState.OPEN, "kind"),
        _undelivered(runtime, company_id, fire_id),
    )
    if without_receipt := max(0, ledger.sent - sum(deliveries.values())):
        deliveries["no receipt"] = without_receipt
    return FireReport(
        fire_id=fire.id,
        campaign_id=fire.campaign_id,
        fired_at=fire.fired_at,
        status=status_of(fire, ledger, all_planned=all_planned),
        percent=ledger.percent if all_planned else min(ledger.percent, 99),
        ledger=ledger,
        note=fire.note,
        skipped=skipped,
        failed=failed,
        unknown=unknown,
        deliveries=deliveries,
        undelivered=undelivered,
        dispositions=dispositions,
    )


def _kept_report(fire: Fire, progress: FireProgress) -> FireReport:
    return FireReport(
        fire_id=fire.id,
        campaign_id=fire.campaign_id,
        fired_at=fire.fired_at,
        status=progress.status,
        percent=progress.percent,
        ledger=progress.ledger,
        note=MESSAGES_DELETED,
    )


async def _tally(
    collection: Collection[Any], company_id: str, query: Query, fire_id: str, state: StrEnum, field: str
) -> dict[str, int]:
    """How many of the matches have which value in `field`, commonest first."""
    counts: Counter[str] = Counter()
    async for value in collection.each_value(company_id, query, fire_id, state, field=field):
        counts[str(value or "")] += 1
    return dict(counts.most_common())


async def _undelivered(runtime: Runtime, company_id: str, fire_id: str) -> dict[str, int]:
    found: Counter[str] = Counter()
    for delivery in (Delivery.UNDELIVERED, Delivery.FAILED):
        values = runtime.stores.messages.each_value(
            company_id, FIRE_MESSAGES_BY_DELIVERY, fire_id, delivery, field="delivery_code"
        )
        async for code in values:
            found[str(code or "no code")] += 1
    return dict(found.most_common())
