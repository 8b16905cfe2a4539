"""The report of a fire: its ledger, and the reasons behind each of its sums."""

from collections import Counter
from collections.abc import Mapping

from shared.domain.channels.channel import all_channels
from shared.domain.fires.cost import estimated_cost
from shared.domain.fires.fire import Fire, FireProgress
from shared.domain.fires.report import FireReport
from shared.runtime import Runtime
from shared.views.fire_sums import count_all
from shared.views.fires import SeenFire
from shared.views.ledger import kept_progress
from shared.views.range_sums import TALLIED

NO_RECEIPT = "no receipt"
MESSAGES_DELETED = "The messages are deleted, as their time was over; this is the ledger as it closed."


async def report_fire(
    runtime: Runtime, company_id: str, fire_id: str, *, tallied: int = TALLIED
) -> FireReport:
    """The fire's report, counted now. Raises NotFound.

    `tallied` is how many messages of each kind are looked at for their reasons; more are `BEYOND`. Those of a
    small fire are all read.
    """
    fire = await runtime.stores.fires.get(company_id, fire_id)
    report, _ = await report_seen(runtime, company_id, fire, tallied=tallied)
    return report


async def report_seen(
    runtime: Runtime, company_id: str, fire: Fire, *, tallied: int = TALLIED
) -> tuple[FireReport, SeenFire | None]:
    """The same with what it is made of, to be shown of a fire that moves; None of one long past."""
    if (kept := await kept_progress(runtime, company_id, fire)) is not None:
        return _kept_report(fire, kept), None
    books, sums, outcomes = await count_all(runtime, company_id, fire, tallied)
    report = FireReport(
        fire_id=fire.id,
        campaign_id=fire.campaign_id,
        fired_at=fire.fired_at,
        status=books.status,
        percent=books.percent,
        ledger=books.ledger,
        steps=books.steps,
        note=fire.note,
        skipped=commonest_first(sums.skipped),
        failed=commonest_first(sums.failed),
        unknown=commonest_first(sums.unknown),
        deliveries=with_missing(sums.deliveries, books.ledger.sent),
        undelivered=commonest_first(sums.undelivered),
        dispositions=dict(sums.dispositions),
        replies=dict(sums.replies),
        costs=dict(sums.costs),
        estimated_cost=cost_of(sums.costs),
    )
    return report, SeenFire(books=books, outcomes=outcomes)


def with_missing(deliveries: Mapping[str, int], sent: int) -> dict[str, int]:
    """The counts with how many of what was sent no receipt has come for."""
    missing = max(0, sent - sum(deliveries.values()))
    return {**deliveries, NO_RECEIPT: missing} if missing else dict(deliveries)


def cost_of(costs: Mapping[str, int]) -> str:
    """What providers charge for what was used, at list price."""
    return str(estimated_cost({channel: costs.get(channel.record.unit, 0) for channel in all_channels()}))


def commonest_first(counts: Mapping[str, int]) -> dict[str, int]:
    """The counts in the order in which they are shown."""
    return dict(Counter(counts).most_common())


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
