"""Start a preview of a campaign: the job that renders every row."""

from shared.domain.campaigns.audience import FoundAudience
from shared.domain.campaigns.campaign import Campaign
from shared.domain.errors import InvalidInput
from shared.domain.fires.preview import Preview
from shared.domain.ids import random_id
from shared.domain.job import PreviewCampaign
from shared.runtime import Runtime
from shared.usecases.announce_jobs import announce_jobs
from shared.usecases.campaigns.find_audience import AudienceNotReady, find_audience
from shared.usecases.campaigns.freeze_content import freeze_content


async def start_preview(runtime: Runtime, company_id: str, campaign_id: str) -> Preview:
    """A preview that is being made. Raises InvalidInput for what the campaign lacks."""
    stores = runtime.stores
    campaign = await stores.campaigns.get(company_id, campaign_id)
    content = await freeze_content(runtime, company_id, campaign)
    audience = await _audience(runtime, company_id, campaign)
    preview = Preview(
        id=random_id(),
        campaign_id=campaign_id,
        content_hash=content.content_hash,
        made_at=runtime.now(),
        audience=audience,
    )
    # Kept beside the frozen contents, as the preview must show what was there when it was asked for.
    await stores.campaign_contents.keep(company_id, campaign_id, content)
    await stores.previews.save(company_id, preview.id, preview)
    job = PreviewCampaign(company_id=company_id, campaign_id=campaign_id, preview_id=preview.id)
    await announce_jobs(runtime, [job], None)  # whoever waits for it asks for another
    return await stores.previews.get(company_id, preview.id)


async def _audience(runtime: Runtime, company_id: str, campaign: Campaign) -> FoundAudience:
    try:
        audience = await find_audience(runtime, company_id, campaign.audience)
    except AudienceNotReady as unready:
        raise InvalidInput.at(unready.field, str(unready)) from unready
    if not audience.parts:
        raise InvalidInput.at("audience.source_id", "has no loaded file yet; upload one to preview")
    return audience
