"""Say why a campaign whose time has come does not fire."""

from shared.domain.campaign import Campaign, CampaignState
from shared.domain.errors import RollcallError
from shared.runtime import Runtime
from shared.usecases.check_senders import check_senders
from shared.usecases.find_audience import find_audience
from shared.usecases.freeze_content import content_of


async def explain_overdue(runtime: Runtime, company_id: str, campaign: Campaign) -> str | None:
    """What the next tick would refuse to start it for; None when it would start, or is not due.

    It is found out anew: what was mended is not said any more.
    """
    is_due = campaign.next_fire_at is not None and campaign.next_fire_at <= runtime.now()
    if not is_due or campaign.content_hash is None or campaign.state is CampaignState.PAUSED:
        return None
    try:
        await find_audience(runtime, company_id, campaign)
        content = await content_of(runtime, company_id, campaign.id, campaign.content_hash)
        await check_senders(runtime, company_id, content.campaign.steps, content.senders)
    except RollcallError as refusal:
        return str(refusal)
    return None
