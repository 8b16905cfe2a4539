"""When a step's part of a fire begins, for all its recipients together, and at what pace they come to it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from shared.domain.campaigns.content import CampaignContent
from shared.domain.campaigns.step import AfterDelay, AtField, Step, chain_of, steps_before


def delay_of(step: Step) -> timedelta:
    """How long after the step before it is; nothing for one that is not."""
    return timedelta(seconds=step.when.seconds if isinstance(step.when, AfterDelay) else 0)


def is_spread(chain: Sequence[Step]) -> bool:
    """Whether the chain's last step is not for all at the same time, but for each when their time comes."""
    return len(chain) > 1 or isinstance(chain[0].when, AtField)


def opening_of(content: CampaignContent, chain: Sequence[Step], began_at: datetime) -> datetime:
    """From when on the step's time on its sender is reserved: the company's opening, after its delays."""
    at = content.opening(began_at)
    for step in chain[1:]:
        at = content.opening(at + delay_of(step))
    return at


def expected_begin(
    content: CampaignContent, step: Step, fired_at: datetime, recipient_count: int
) -> datetime:
    """When the step's part of a fire for so many recipients is likely to begin.

    One that waits for the end of the step before begins when its sender is through with all of them.
    """
    steps = content.campaign.steps
    root = chain_of(steps, step.id)[0]
    if not root.waits_for_step:
        return fired_at
    before = chain_of(steps, steps_before(steps, root.id)[-1].id)
    begin = expected_begin(content, before[-1], fired_at, recipient_count)
    rate = content.senders[before[-1].sender_id].rate_per_second
    ended_at = opening_of(content, before, begin) + timedelta(seconds=recipient_count / rate)
    return ended_at + delay_of(root)


def pace_of(content: CampaignContent, chain: Sequence[Step]) -> float | None:
    """How many recipients a second come to the chain's last step: as fast as the slowest sender before it.

    None where each comes at a time of their own.
    """
    if isinstance(chain[0].when, AtField):
        return None
    return min(content.senders[step.sender_id].rate_per_second for step in chain[:-1])
