"""Resume a paused campaign where it was."""

from shared.domain.campaigns.campaign import Campaign, CampaignState
from shared.domain.errors import Conflict
from shared.domain.fires.fire import FireState
from shared.domain.messages.batch import BatchState
from shared.domain.record import replace
from shared.firestore.queries.messages import FIRE_BATCHES
from shared.runtime import Runtime
from shared.usecases.campaigns.change_campaign import change_campaign
from shared.usecases.ledger.summarize_fire import summarize_fire
from shared.usecases.sending.dispatch_batches import dispatch_batches

BATCHES_AT_ONCE = 500  # of a fire: work for many minutes; the sweep announces the others


async def resume_campaign(runtime: Runtime, company_id: str, campaign_id: str) -> Campaign:
    """Go on with a paused campaign. Raises Conflict when it is not paused."""

    def resume(campaign: Campaign) -> Campaign:
        if campaign.state is not CampaignState.PAUSED:
            raise Conflict(f"A campaign that is {campaign.state} cannot be resumed.")
        return replace(campaign, state=campaign.paused_from or CampaignState.READY, paused_from=None)

    campaign, fires = await change_campaign(runtime, company_id, campaign_id, resume, FireState.FIRING)
    for fire in fires:
        await release_held(runtime, company_id, fire.id)
    if campaign.last_fire_id is not None and campaign.state is CampaignState.FIRING:
        # The last messages may have gone out under way to the pause: then nothing is left to close it.
        await summarize_fire(runtime, company_id, campaign.last_fire_id)
    return await runtime.stores.campaigns.get(company_id, campaign_id)


async def release_held(runtime: Runtime, company_id: str, fire_id: str) -> None:
    """Announce batches that were held while the fire was paused."""
    held = await runtime.stores.batches.some(
        company_id, FIRE_BATCHES, fire_id, BatchState.HELD, limit=BATCHES_AT_ONCE
    )
    await dispatch_batches(runtime, [(company_id, batch) for batch in held])
