"""The next step of a contact: the first after the one it completed last that it has not completed.

It follows from what was completed and the steps as they are now alone, so that it is the same whatever was
edited meanwhile: what was inserted above is passed by, what was moved or deleted is never done twice.
"""

from collections.abc import Iterator, Mapping, Sequence

from shared.domain.automations.enrollment import Completed
from shared.domain.automations.steps import AutomationStep, IfStep, Steps, every_step, find_step

Outcomes = Mapping[str, str]  # of completed steps, by id


def next_step(steps: Steps, completed: Sequence[Completed]) -> AutomationStep | None:
    """The next step of who has completed these, in that order; None at the end.

    None completed, or none that still exists: the first step. Else it is looked for below the most recently
    completed one, wherever that stands now.
    """
    outcomes = {one.step_id: one.outcome for one in completed}
    last = next((one.step_id for one in reversed(completed) if find_step(steps, one.step_id)), None)
    coming = _all(steps, outcomes) if last is None else _below(steps, last, outcomes)
    return next((step for step in coming if step.id not in outcomes), None)


def _all(steps: Steps, outcomes: Outcomes) -> Iterator[AutomationStep]:
    """The steps, and those of the branch that was taken of an if that was completed."""
    for step in steps:
        yield step
        if isinstance(step, IfStep) and step.id in outcomes:
            yield from _all(step.branch(outcomes[step.id]), outcomes)


def _below(steps: Steps, last: str, outcomes: Outcomes) -> Iterator[AutomationStep]:
    """What comes after the step: its branch, the steps beside it, those beside the ifs that it is in."""
    for place, step in enumerate(steps):
        if step.id == last:
            yield from list(_all([step], outcomes))[1:]
        elif isinstance(step, IfStep) and find_step((*step.then, *step.otherwise), last) is not None:
            branch = step.then if last in {one.id for one in every_step(step.then)} else step.otherwise
            yield from _below(branch, last, outcomes)
        else:
            continue
        yield from _all(steps[place + 1 :], outcomes)
        return
