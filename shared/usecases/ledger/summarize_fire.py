"""Recompute a fire's ledger from stored states. Running it twice or late changes nothing."""

from collections.abc import Collection

from shared import faults, log
from shared.domain.campaigns.campaign import Campaign, CampaignState
from shared.domain.fires.fire import Fire, FireProgress, ProgressStatus
from shared.domain.fires.fire_sums import StoredSums
from shared.domain.fires.planned_steps import with_ends
from shared.domain.ids import random_id
from shared.domain.record import replace
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime
from shared.usecases.ledger.mark_sums import mark_sums
from shared.usecases.ledger.open_searches import open_searches
from shared.views.ledger import count_fire, kept_progress

CLAIM_ATTEMPTS = 5
_OPEN = frozenset({ProgressStatus.FIRING, ProgressStatus.PAUSED})


async def summarize_fire(runtime: Runtime, company_id: str, fire_id: str) -> FireProgress:
    """Store the fire's ledger, percentage and status, and close it when nothing is pending."""
    stores = runtime.stores
    started_at = runtime.now()
    fire = await stores.fires.get(company_id, fire_id)
    if (kept := await kept_progress(runtime, company_id, fire)) is not None:
        return kept
    if await pause_if_wanted(runtime, company_id, fire):
        fire = await stores.fires.get(company_id, fire_id)
    counted = await count_fire(runtime, company_id, fire)
    progress = FireProgress(
        id=fire_id,
        fire_id=fire_id,
        ledger=counted.ledger,
        steps=counted.steps,
        status=counted.status,
        percent=counted.percent,
        updated_at=started_at,
    )
    stored = await _store(runtime, company_id, progress)
    await _note_ends(runtime, company_id, fire, counted.ended)
    if stored.status not in _OPEN:
        if fire.is_closed:
            await mark_sums(runtime, company_id, [fire_id])
        else:
            await open_searches(runtime, company_id, fire)
        await _close(runtime, company_id, fire)
    return stored


async def pause_if_wanted(runtime: Runtime, company_id: str, fire: Fire) -> bool:
    """Whether the fire was paused now, as too much of it came to nothing and its campaign wants that."""
    if fire.pause_at_percent is None:
        return False
    # Here, as few campaigns do.
    from shared.usecases.ledger.pause_for_errors import pause_for_errors

    return await pause_for_errors(runtime, company_id, fire)


async def summarize_once(runtime: Runtime, company_id: str, fire_id: str) -> None:
    """Summarize the fire for several workers that each see its end: one counts, the others go on."""
    if await _claim(runtime, company_id, fire_id):
        await summarize_fire(runtime, company_id, fire_id)


async def _claim(runtime: Runtime, company_id: str, fire_id: str) -> bool:
    """Whether to count. Not when another worker claimed the summary after we had looked.

    That worker counts later than we stored what we did, so nothing of ours is missing in its count.
    """
    progress, token = runtime.stores.fire_progress, random_id()
    seen = await progress.find_version(company_id, fire_id)
    for _ in range(CLAIM_ATTEMPTS):
        if seen is None or seen.record.claim == token:
            break
        with faults.step("summarize_fire.claim"):
            if await progress.change_version(company_id, fire_id, seen, claim=token):
                break
        found = await progress.find_version(company_id, fire_id)
        if found is not None and found.record.claim not in (token, seen.record.claim):
            return False
        seen = found  # only a summary was stored, and that may be of before
    return True


async def _store(runtime: Runtime, company_id: str, progress: FireProgress) -> FireProgress:
    """Keep the newest summary: one that was counted earlier does not replace one counted later."""

    async def keep(transaction: Transaction) -> FireProgress:
        stored = await runtime.stores.fire_progress.find(company_id, progress.id, transaction)
        if stored is not None and stored.updated_at > progress.updated_at:
            return stored
        kept = replace(progress, claim=stored.claim) if stored is not None else progress
        runtime.stores.fire_progress.put(transaction, company_id, progress.id, kept)
        return kept

    return await transact(runtime.stores.db, keep, "summarize_fire.store")


async def _note_ends(runtime: Runtime, company_id: str, fire: Fire, ended: Collection[str]) -> None:
    """Note which steps have ended, where others wait for that: from now on their delays count."""
    if with_ends(fire, ended, runtime.now()) == fire:
        return

    async def note(transaction: Transaction) -> None:
        current = await runtime.stores.fires.get(company_id, fire.id, transaction)
        noted = with_ends(current, ended, runtime.now())
        if noted != current:
            runtime.stores.fires.put(transaction, company_id, fire.id, noted)

    await transact(runtime.stores.db, note)


async def _close(runtime: Runtime, company_id: str, fire: Fire) -> None:
    """Close the fire by its newest summary: ours may be older than one stored meanwhile."""
    stores = runtime.stores

    async def close(transaction: Transaction) -> bool:
        current = await stores.fires.get(company_id, fire.id, transaction)
        campaign = await stores.campaigns.find(company_id, fire.campaign_id, transaction)
        status = (await stores.fire_progress.get(company_id, fire.id, transaction)).status
        if status in _OPEN:
            return False
        if not current.is_closed:
            closed = replace(current, is_closed=True, later=(), next_step_at=None)
            stores.fires.put(transaction, company_id, fire.id, closed)
            sums = StoredSums(id=fire.id, due_at=runtime.now())
            stores.fire_sums.put(transaction, company_id, fire.id, sums)
        if campaign is not None and campaign.last_fire_id == fire.id:
            state = _campaign_state(campaign, status)
            if state is not campaign.state:
                stores.campaigns.put(transaction, company_id, campaign.id, replace(campaign, state=state))
        return not current.is_closed

    if await transact(stores.db, close, "summarize_fire.close"):
        log.event("fire closed", company_id=company_id, campaign_id=fire.campaign_id, fire_id=fire.id)


def _campaign_state(campaign: Campaign, status: ProgressStatus) -> CampaignState:
    """What a campaign becomes when its last fire closes."""
    settled = {CampaignState.FIRING, CampaignState.NEEDS_ATTENTION, CampaignState.SENT}
    if campaign.state not in settled:
        return campaign.state
    if status is ProgressStatus.NEEDS_ATTENTION:
        return CampaignState.NEEDS_ATTENTION
    if campaign.next_fire_at is not None:
        return CampaignState.SCHEDULED
    if status is ProgressStatus.EMPTY:  # nobody got anything, and nothing will come by itself
        return CampaignState.NEEDS_ATTENTION
    return CampaignState.CANCELED if status is ProgressStatus.CANCELED else CampaignState.SENT
