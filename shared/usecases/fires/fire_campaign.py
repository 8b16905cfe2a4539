"""Fire a campaign now, on demand."""

from shared.domain.campaigns.campaign import CampaignState
from shared.domain.errors import Conflict
from shared.domain.fires.fire import Fire
from shared.domain.ids import random_id
from shared.runtime import Runtime
from shared.usecases.campaigns.find_audience import find_audience, fires_for
from shared.usecases.fires.start_fire import NO_FILE, start_fire_for


async def fire_campaign(runtime: Runtime, company_id: str, campaign_id: str, *, repeat: bool = False) -> Fire:
    """Start the campaign now. The same file and content fire once unless `repeat` says otherwise.

    Raises Conflict when the campaign is not ready, is firing, or was fired for this file before.
    """
    campaign = await runtime.stores.campaigns.get(company_id, campaign_id)
    if campaign.state is CampaignState.FIRING:
        raise Conflict("The campaign is firing already.")
    if campaign.content_hash is None:
        raise Conflict(f"A campaign that is {campaign.state} cannot be fired: mark it ready first.")
    audience = await find_audience(runtime, company_id, campaign.audience)
    if not audience.parts or repeat:
        slot = f"demand {random_id()}"
    else:
        slot = f"demand {audience.key} {campaign.content_hash}"
        fires = await fires_for(runtime, company_id, campaign, audience)
        if any(fire.content_hash == campaign.content_hash for fire in fires):
            raise Conflict(
                "This campaign was fired for this file already; everybody would get the same message again. "
                "Fire with repeat set to true if that is meant."
            )
    note = "" if audience.parts else NO_FILE
    return await start_fire_for(runtime, company_id, campaign, slot, runtime.now(), audience, note)
