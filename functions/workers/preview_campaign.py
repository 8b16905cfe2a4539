"""Topic preview-campaign: render every row of a campaign."""

from functions.triggers import worker
from shared.domain.job import PreviewCampaign
from shared.runtime import Runtime
from shared.usecases.campaigns import preview_campaign as usecase


@worker(PreviewCampaign)
async def preview_campaign(runtime: Runtime, job: PreviewCampaign) -> None:
    """Render the preview that the job names."""
    await usecase.preview_campaign(runtime, job)
