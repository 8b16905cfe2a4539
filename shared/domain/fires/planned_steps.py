"""The steps with which a fire begins."""

from shared.domain.campaigns.audience import FoundAudience
from shared.domain.campaigns.content import CampaignContent
from shared.domain.campaigns.step import first_steps
from shared.domain.fires.fire import PlannedStep


def planned_steps(content: CampaignContent, audience: FoundAudience) -> tuple[PlannedStep, ...]:
    """The steps with which the fire begins, for these recipients."""
    return tuple(
        PlannedStep(step_id=step.id, planned=audience.recipient_count, chunk_count=audience.chunk_count)
        for step in first_steps(content.campaign.steps)
    )
