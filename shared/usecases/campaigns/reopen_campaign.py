"""Take a frozen campaign that has not fired back to draft, to be edited."""

from shared.domain.campaigns.campaign import Campaign, CampaignState
from shared.domain.record import replace
from shared.runtime import Runtime
from shared.usecases.campaigns.change_campaign import change_campaign


async def reopen_campaign(runtime: Runtime, company_id: str, campaign_id: str) -> Campaign:
    """Unfreeze the campaign; an approval is void then. Raises Conflict once it is firing or over."""

    def reopen(campaign: Campaign) -> Campaign:
        return replace(
            campaign,
            state=CampaignState.DRAFT,
            content_hash=None,
            next_fire_at=None,
            fire_refusal="",
            approval=None,
        )

    campaign, _ = await change_campaign(runtime, company_id, campaign_id, reopen)
    return campaign
