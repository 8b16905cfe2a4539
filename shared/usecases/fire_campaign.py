"""Fire a campaign now, on demand."""

from shared.domain.campaign import CampaignState
from shared.domain.errors import Conflict
from shared.domain.fire import Fire
from shared.domain.ids import computed_id, random_id
from shared.runtime import Runtime
from shared.usecases.start_fire import start_fire


async def fire_campaign(runtime: Runtime, company_id: str, campaign_id: str, *, repeat: bool = False) -> Fire:
    """Start the campaign now. The same file and content fire once unless `repeat` says otherwise.

    Raises Conflict when the campaign is not ready, is firing, or was fired for this file before.
    """
    campaign = await runtime.stores.campaigns.get(company_id, campaign_id)
    if campaign.state is CampaignState.FIRING:
        raise Conflict("The campaign is firing already.")
    if campaign.content_hash is None:
        raise Conflict(f"A campaign that is {campaign.state} cannot be fired: mark it ready first.")
    slot = (
        f"demand {random_id()}" if repeat else f"demand {campaign.audience.file_id} {campaign.content_hash}"
    )
    if not repeat:
        fired = await runtime.stores.fires.find(company_id, computed_id(company_id, campaign_id, slot))
        if fired is not None and campaign.audience.file_id is not None:
            raise Conflict(
                "This campaign was fired for this file already; everybody would get the same message again. "
                "Fire with repeat set to true if that is meant."
            )
        if campaign.audience.file_id is None:
            slot = f"demand {random_id()}"
    return await start_fire(runtime, company_id, campaign, slot, runtime.now())
