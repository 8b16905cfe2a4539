"""Campaigns: the definitions, and how their last fires stand."""

from msgspec import Struct

from shared.domain.campaigns.campaign import Campaign, CampaignState
from shared.firestore.kit.query import Match
from shared.firestore.queries.lists import CAMPAIGNS
from shared.runtime import Runtime
from shared.views.fires import LiveFire, get_live_fire
from shared.views.kit.paging import Page, PageAsked, page_of


class CampaignStatus(Struct, frozen=True, kw_only=True):
    """A campaign and its last fire, if it has fired."""

    campaign: Campaign
    last_fire: LiveFire | None


async def list_campaigns(
    runtime: Runtime,
    company_id: str,
    asked: PageAsked,
    *,
    state: CampaignState | None = None,
    source_id: str | None = None,
    name: str | None = None,
) -> Page[Campaign]:
    """The company's campaigns that match every filter given, newest first."""
    of_source = (Match("audience.source_id", source_id),) if source_id is not None else ()
    return await page_of(
        runtime.stores.campaigns, company_id, asked, CAMPAIGNS, of_source, state=state, name=name
    )


async def get_campaign(runtime: Runtime, company_id: str, campaign_id: str) -> Campaign:
    """One campaign. Raises NotFound."""
    return await runtime.stores.campaigns.get(company_id, campaign_id)


async def get_campaign_status(runtime: Runtime, company_id: str, campaign_id: str) -> CampaignStatus:
    """The campaign, and its last fire counted now. Raises NotFound."""
    campaign = await get_campaign(runtime, company_id, campaign_id)
    fire_id = campaign.last_fire_id
    last_fire = await get_live_fire(runtime, company_id, fire_id) if fire_id else None
    return CampaignStatus(campaign=campaign, last_fire=last_fire)
