"""What a campaign's steps are known by."""

from shared.domain.campaigns.campaign import Campaign
from shared.domain.ids import computed_id
from shared.domain.record import replace


def with_step_ids(campaign: Campaign) -> Campaign:
    """Steps are known by their place, so that editing a step's text keeps who has had it."""
    steps = (
        replace(step, id=computed_id(campaign.id, "step", index)) for index, step in enumerate(campaign.steps)
    )
    return replace(campaign, steps=tuple(steps))
