"""Resume a paused campaign where it was."""

from dataclasses import replace

from shared.domain.batch import BatchState
from shared.domain.campaign import Campaign, CampaignState
from shared.domain.errors import Conflict
from shared.domain.fire import FireState
from shared.firestore.queries import FIRE_BATCHES
from shared.runtime import Runtime
from shared.usecases.change_campaign import change_campaign
from shared.usecases.dispatch_batches import dispatch_batches

BATCHES_AT_ONCE = 500


async def resume_campaign(runtime: Runtime, company_id: str, campaign_id: str) -> Campaign:
    """Go on with a paused campaign. Raises Conflict when it is not paused."""

    def resume(campaign: Campaign) -> Campaign:
        if campaign.state is not CampaignState.PAUSED:
            raise Conflict(f"A campaign that is {campaign.state} cannot be resumed.")
        return replace(campaign, state=campaign.paused_from or CampaignState.READY, paused_from=None)

    campaign, fire = await change_campaign(runtime, company_id, campaign_id, resume, FireState.FIRING)
    if fire is not None:
        await release_held(runtime, company_id, fire.id)
    return campaign


async def release_held(runtime: Runtime, company_id: str, fire_id: str) -> None:
    """Announce the batches that were held while the fire was paused."""
    while held := await runtime.stores.batches.some(
        company_id, FIRE_BATCHES, fire_id, BatchState.HELD, limit=BATCHES_AT_ONCE
    ):
        await dispatch_batches(runtime, [(company_id, batch.id) for batch in held])
