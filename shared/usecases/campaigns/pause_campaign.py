"""Pause a campaign: nothing of it goes out until it is resumed."""

from shared.domain.campaigns.campaign import Campaign, CampaignState
from shared.domain.fires.fire import FireState
from shared.domain.record import replace
from shared.runtime import Runtime
from shared.usecases.campaigns.change_campaign import change_campaign


async def pause_campaign(runtime: Runtime, company_id: str, campaign_id: str) -> Campaign:
    """Stop the campaign where it is. What is being sent this moment still goes; nothing after it does."""

    def pause(campaign: Campaign) -> Campaign:
        if campaign.state is CampaignState.PAUSED:
            return campaign
        return replace(campaign, state=CampaignState.PAUSED, paused_from=campaign.state)

    campaign, _ = await change_campaign(runtime, company_id, campaign_id, pause, FireState.PAUSED)
    return campaign
