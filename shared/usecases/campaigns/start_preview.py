"""Start a preview of a campaign: the job that renders every row."""

from shared.domain.campaigns.audience import DueAudience, FoundAudience
from shared.domain.campaigns.campaign import Campaign
from shared.domain.campaigns.dedupe import dedupe_questions
from shared.domain.campaigns.preflight import content_problems
from shared.domain.campaigns.send_again import NOBODY_AGAIN, SendAgain
from shared.domain.errors import InvalidInput, shown_problems
from shared.domain.fires.preview import Preview
from shared.domain.ids import random_id
from shared.domain.job import PreviewCampaign
from shared.domain.record import replace
from shared.runtime import Runtime
from shared.usecases.announce_jobs import announce_jobs
from shared.usecases.campaigns.check_send_again import check_send_again
from shared.usecases.campaigns.find_audience import AudienceNotReady, find_audience, find_newest
from shared.usecases.campaigns.freeze_content import freeze_content


async def start_preview(
    runtime: Runtime, company_id: str, campaign_id: str, send_again: SendAgain = NOBODY_AGAIN
) -> Preview:
    """A preview that is being made: of what the campaign would fire next, with this choice.

    Its `problems` are what marking the campaign ready is refused for. Raises InvalidInput for what it lacks.
    """
    stores = runtime.stores
    campaign = await stores.campaigns.get(company_id, campaign_id)
    if problems := await check_send_again(runtime, company_id, campaign, send_again):
        raise InvalidInput(*problems)
    content = await freeze_content(runtime, company_id, campaign)
    due = await _due(runtime, company_id, campaign)
    preview = Preview(
        id=random_id(),
        campaign_id=campaign_id,
        content_hash=content.content_hash,
        made_at=runtime.now(),
        audience=due.audience,
        left_out=due.left_out,
        send_again=send_again or campaign.send_again,
        questions=tuple(dedupe_questions(content.dedupe_key, content.field_types, campaign.expires_field)),
        problems=shown_problems(tuple(content_problems(content))),
    )
    # Kept beside the frozen contents, as the preview must show what was there when it was asked for.
    await stores.campaign_contents.keep(company_id, campaign_id, content)
    await stores.previews.save(company_id, preview.id, preview)
    job = PreviewCampaign(company_id=company_id, campaign_id=campaign_id, preview_id=preview.id)
    await announce_jobs(runtime, [job], None)  # whoever waits for it asks for another
    return await stores.previews.get(company_id, preview.id)


async def _due(runtime: Runtime, company_id: str, campaign: Campaign) -> DueAudience:
    if campaign.is_for_people:
        return DueAudience(audience=FoundAudience())
    try:
        due = await find_audience(runtime, company_id, campaign)
    except AudienceNotReady as unready:
        raise InvalidInput.at(unready.field, str(unready)) from unready
    if not due.audience.parts:  # all was fired: what that looks like now
        due = replace(due, audience=await find_newest(runtime, company_id, campaign))
    if not due.audience.parts:
        raise InvalidInput.at("audience.source_id", "has no loaded file yet; upload one to preview")
    return due
