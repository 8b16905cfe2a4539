"""Which steps a fire begins with, and how it goes on with the later ones."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from shared.domain.campaigns.audience import FoundAudience
from shared.domain.campaigns.content import CampaignContent
from shared.domain.campaigns.step import AfterDelay, Step, chain_of
from shared.domain.fires.fire import Fire, FireState, LaterStep, PlannedStep
from shared.domain.record import replace


def planned_steps(content: CampaignContent, audience: FoundAudience) -> tuple[PlannedStep, ...]:
    """The steps with which the fire begins, for these recipients: all whose time is known from the start."""
    steps = content.campaign.steps
    return _planned([step for step in steps if not _root(steps, step).waits_for_step], audience, None)


def later_steps(content: CampaignContent) -> tuple[LaterStep, ...]:
    """The steps that wait for the end of the step before, in order."""
    steps = content.campaign.steps
    return tuple(
        LaterStep(step_id=step.id, after=before.id, seconds=step.when.seconds)
        for before, step in pairwise(steps)
        if step.waits_for_step and isinstance(step.when, AfterDelay)
    )


def with_ends(fire: Fire, ended: Collection[str], now: datetime) -> Fire:
    """The fire, knowing by the steps that have `ended` when those after them are due.

    What is sent of a step after that, for a failure that was corrected, changes nothing any more.
    """
    later = tuple(
        replace(one, due_at=now + timedelta(seconds=one.seconds))
        if one.due_at is None and one.after in ended
        else one
        for one in fire.later
    )
    return replace(fire, later=later, next_step_at=_next(later))


def with_due_steps(fire: Fire, content: CampaignContent, until: datetime) -> Fire:
    """The fire with the steps planned that are due by `until`, and those whose delays count from them."""
    due = [one for one in fire.later if one.due_at is not None and one.due_at <= until]
    if not due or fire.state is not FireState.FIRING:
        return fire
    steps, planned = content.campaign.steps, fire.steps
    for one in due:
        theirs = [step for step in steps if _root(steps, step).id == one.step_id]
        planned += _planned(theirs, fire.audience, one.due_at)
    left = tuple(one for one in fire.later if one not in due)
    return replace(fire, steps=planned, later=left, next_step_at=_next(left), chunks_stored=False)


def _next(later: Iterable[LaterStep]) -> datetime | None:
    return min((one.due_at for one in later if one.due_at is not None), default=None)


def _root(steps: Sequence[Step], step: Step) -> Step:
    return chain_of(steps, step.id)[0]


def _planned(
    steps: Sequence[Step], audience: FoundAudience, starts_at: datetime | None
) -> tuple[PlannedStep, ...]:
    return tuple(
        PlannedStep(
            step_id=step.id,
            planned=audience.recipient_count,
            chunk_count=audience.chunk_count,
            starts_at=starts_at,
        )
        for step in steps
    )
