"""Fires: runs of campaigns, and how one stands at this moment."""

from dataclasses import dataclass

from shared.domain.fires.fire import Fire, FireProgress, FireState
from shared.firestore.kit.query import Match
from shared.firestore.queries.lists import FIRES
from shared.runtime import Runtime
from shared.views.kit.paging import Page, PageAsked, page_of
from shared.views.ledger import CountedFire, count_fire
from shared.views.waiting import explain_waiting


@dataclass(frozen=True, kw_only=True, slots=True)
class LiveFire:
    """A fire as counted now, and its newest stored summary, if there is one.

    `waits_for` says what holds it back, a sentence each.
    """

    books: CountedFire
    progress: FireProgress | None
    waits_for: list[str]


async def list_fires(
    runtime: Runtime,
    company_id: str,
    asked: PageAsked,
    *,
    campaign_id: str | None = None,
    file_id: str | None = None,
    state: FireState | None = None,
    is_closed: bool | None = None,
) -> Page[Fire]:
    """Runs that match every filter given, newest first."""
    for_file = (Match("file_ids", file_id),) if file_id is not None else ()
    return await page_of(
        runtime.stores.fires,
        company_id,
        asked,
        FIRES,
        for_file,
        campaign_id=campaign_id,
        state=state,
        is_closed=is_closed,
    )


async def get_live_fire(runtime: Runtime, company_id: str, fire_id: str) -> LiveFire:
    """One run, counted now. Raises NotFound."""
    stores = runtime.stores
    fire = await stores.fires.get(company_id, fire_id)
    return LiveFire(
        books=await count_fire(runtime, company_id, fire),
        progress=await stores.fire_progress.find(company_id, fire_id),
        waits_for=await explain_waiting(runtime, company_id, fire),
    )
