"""Start a preview of a campaign: the job that renders every row."""

from shared.domain.campaigns.campaign import Campaign
from shared.domain.errors import InvalidInput
from shared.domain.files.file import File, FileState
from shared.domain.fires.preview import Preview
from shared.domain.ids import random_id
from shared.domain.job import PreviewCampaign
from shared.firestore.queries.files import SOURCE_FILES
from shared.runtime import Runtime
from shared.usecases.campaigns.find_audience import rows_are_kept
from shared.usecases.campaigns.freeze_content import freeze_content


async def start_preview(runtime: Runtime, company_id: str, campaign_id: str) -> Preview:
    """A preview that is being made. Raises InvalidInput for what the campaign lacks."""
    stores = runtime.stores
    campaign = await stores.campaigns.get(company_id, campaign_id)
    content = await freeze_content(runtime, company_id, campaign)
    file = await _file(runtime, company_id, campaign)
    preview = Preview(
        id=random_id(),
        campaign_id=campaign_id,
        content_hash=content.content_hash,
        made_at=runtime.now(),
        file_id=file.id,
        row_count=file.row_count,
        chunk_count=file.chunk_count,
    )
    # Kept beside the frozen contents, as the preview must show what was there when it was asked for.
    await stores.campaign_contents.keep(company_id, campaign_id, content)
    await stores.previews.save(company_id, preview.id, preview)
    job = PreviewCampaign(company_id=company_id, campaign_id=campaign_id, preview_id=preview.id)
    await runtime.publisher.publish([job])
    return await stores.previews.get(company_id, preview.id)


async def _file(runtime: Runtime, company_id: str, campaign: Campaign) -> File:
    audience, now, days = campaign.audience, runtime.now(), runtime.settings.rows_retention_days
    if audience.file_id is None:
        found = await runtime.stores.files.some(
            company_id, SOURCE_FILES, audience.source_id, FileState.LOADED, limit=1
        )
        if not found or not rows_are_kept(found[0], now, days):
            raise InvalidInput.at("audience.source_id", "has no loaded file yet; upload one to preview")
        return found[0]
    file = await runtime.stores.files.get(company_id, audience.file_id)
    if file.state is not FileState.LOADED:
        raise InvalidInput.at("audience.file_id", f"is {file.state}; only a loaded file can be previewed")
    if not rows_are_kept(file, now, days):
        raise InvalidInput.at(
            "audience.file_id", "has no rows any more, as their time is over; upload it again"
        )
    return file
