"""Cancel a campaign: what has not gone out is settled as skipped, with that reason."""

from shared.domain.campaigns.campaign import Campaign, CampaignState
from shared.domain.fires.fire import FireState
from shared.domain.messages.batch import BatchState
from shared.domain.record import replace
from shared.domain.senders.own_starts import own_timeline_id
from shared.domain.senders.sender_timeline import release
from shared.firestore.kit.transactions import Transaction, transact
from shared.firestore.queries.messages import FIRE_BATCHES
from shared.runtime import Runtime
from shared.usecases.campaigns.change_campaign import change_campaign
from shared.usecases.ledger.summarize_fire import summarize_fire
from shared.usecases.sending.dispatch_batches import dispatch_batches

BATCHES_AT_ONCE = 500  # of a fire: who cancels waits for no more; the sweep announces the others


async def cancel_campaign(runtime: Runtime, company_id: str, campaign_id: str) -> Campaign:
    """End the campaign for good. Workers settle its waiting batches at once, by skipping their messages."""

    def cancel(campaign: Campaign) -> Campaign:
        return replace(
            campaign, state=CampaignState.CANCELED, next_fire_at=None, paused_from=None, fire_refusal=""
        )

    campaign, fires = await change_campaign(runtime, company_id, campaign_id, cancel, FireState.CANCELED)
    for fire in fires:
        await _announce(runtime, company_id, fire.id)
        content = await runtime.stores.campaign_contents.frozen(company_id, campaign_id, fire.content_hash)
        for sender_id in content.senders:
            for timeline_id in (sender_id, own_timeline_id(sender_id)):
                await _release(runtime, company_id, timeline_id, fire.id)
        await summarize_fire(runtime, company_id, fire.id)
    return campaign


async def settle_canceled(runtime: Runtime, company_id: str, fire_id: str) -> None:
    """Announce a canceled fire's batches whatever their start: workers skip their messages."""
    while await _announce(runtime, company_id, fire_id):
        pass


async def _announce(runtime: Runtime, company_id: str, fire_id: str) -> int:
    """Announce some of them; returns how many."""
    count = 0
    for state in (BatchState.WAITING, BatchState.HELD):
        some = await runtime.stores.batches.some(
            company_id, FIRE_BATCHES, fire_id, state, limit=BATCHES_AT_ONCE
        )
        count += await dispatch_batches(runtime, [(company_id, batch) for batch in some])
    return count


async def _release(runtime: Runtime, company_id: str, timeline_id: str, fire_id: str) -> None:
    """Give the sender's reserved time to other fires."""
    timelines = runtime.stores.sender_timelines

    async def free(transaction: Transaction) -> None:
        timeline = await timelines.find(company_id, timeline_id, transaction)
        if timeline is not None:
            timelines.put(transaction, company_id, timeline_id, release(timeline, fire_id))

    await transact(runtime.stores.db, free)
