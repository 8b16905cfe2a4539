"""Fires: runs of campaigns, and how one stands at this moment."""

from dataclasses import dataclass

from shared.domain.fires.fire import Fire, FireProgress, Ledger, ProgressStatus, status_of
from shared.runtime import Runtime
from shared.views.kit.paging import Page, PageAsked, page_of
from shared.views.ledger import count_ledger
from shared.views.waiting import explain_waiting


@dataclass(frozen=True, kw_only=True, slots=True)
class LiveFire:
    """A fire with its ledger as counted now, and the newest stored summary, if there is one.

    `percent` is below 100 while rows wait to be planned; `waits_for` says what holds the fire back.
    """

    fire: Fire
    ledger: Ledger
    status: ProgressStatus
    percent: int
    progress: FireProgress | None
    waits_for: list[str]


async def list_fires(
    runtime: Runtime, company_id: str, asked: PageAsked, *, campaign_id: str | None = None
) -> Page[Fire]:
    """Runs of one campaign, or of all."""
    return await page_of(runtime.stores.fires, company_id, asked, campaign_id=campaign_id)


async def get_live_fire(runtime: Runtime, company_id: str, fire_id: str) -> LiveFire:
    """One run, counted now. Raises NotFound."""
    stores = runtime.stores
    fire = await stores.fires.get(company_id, fire_id)
    ledger, all_planned = await count_ledger(runtime, company_id, fire)
    return LiveFire(
        fire=fire,
        ledger=ledger,
        status=status_of(fire, ledger, all_planned=all_planned),
        percent=ledger.percent if all_planned else min(ledger.percent, 99),
        progress=await stores.fire_progress.find(company_id, fire_id),
        waits_for=await explain_waiting(runtime, company_id, fire),
    )
