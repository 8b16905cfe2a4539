"""Which of the company's rules hold for a campaign as it is planned. The intent asks again."""

from msgspec import Struct

from shared.domain.campaigns.content import CampaignContent
from shared.domain.companies.consent_rules import CHANNEL_WIDE, Narrowing
from shared.domain.companies.frequency_cap import FrequencyCap
from shared.domain.fires.capping import cap_of
from shared.runtime import Runtime


class PlanningRules(Struct, frozen=True, kw_only=True):
    """What planning looks at: which opt-outs may forbid a message, and how many a person may get."""

    narrowing: Narrowing = CHANNEL_WIDE
    cap: FrequencyCap | None = None


async def find_rules(runtime: Runtime, company_id: str, content: CampaignContent) -> PlanningRules:
    """By what somebody of the company has refused so far, and what the company decided: one read."""
    company = await runtime.stores.companies.find(company_id)
    if company is None:
        return PlanningRules()
    campaign = content.campaign
    return PlanningRules(narrowing=company.narrowing(campaign.topic), cap=cap_of(campaign, company))
