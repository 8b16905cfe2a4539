"""Make a draft that is like a campaign, with texts of its own."""

from shared.domain.campaigns.campaign import Campaign, CampaignState
from shared.domain.campaigns.schedule import Schedule, ScheduleKind
from shared.domain.campaigns.step import Step
from shared.domain.ids import computed_id
from shared.domain.record import replace
from shared.runtime import Runtime
from shared.usecases.campaigns.save_campaign import create_campaign
from shared.usecases.campaigns.save_template import create_template


async def duplicate_campaign(
    runtime: Runtime, company_id: str, campaign_id: str, new_id: str, name: str
) -> Campaign:
    """A new draft under `new_id` with the campaign's definition; its texts are copies, to be changed freely.

    A time that the campaign was to fire at once is left out. With the same `new_id` again, nothing changes.
    Raises NotFound, also for a text that is gone, and InvalidInput.
    """
    known = await runtime.stores.campaigns.get(company_id, campaign_id)
    now = runtime.now()
    steps = [await _with_own_text(runtime, company_id, new_id, step) for step in known.steps]
    is_once = known.schedule.kind is ScheduleKind.ONCE
    draft = replace(
        known,
        id=new_id,
        name=name,
        steps=tuple(steps),
        schedule=Schedule() if is_once else known.schedule,
        created_at=now,
        updated_at=now,
        state=CampaignState.DRAFT,
        content_hash=None,
        next_fire_at=None,
        last_fire_id=None,
        paused_from=None,
        fire_refusal="",
        questions=(),
        approval=None,
    )
    return await create_campaign(runtime, company_id, draft)


async def _with_own_text(runtime: Runtime, company_id: str, new_id: str, step: Step) -> Step:
    """The step with a copy of its text; steps that share one go on sharing its copy."""
    template = await runtime.stores.templates.get(company_id, step.template_id)
    now = runtime.now()
    item_id = computed_id(new_id, "template", step.template_id)
    copy = replace(template, id=item_id, created_at=now, updated_at=now)
    await create_template(runtime, company_id, copy)
    return replace(step, template_id=item_id)
