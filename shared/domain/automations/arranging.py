"""Where the steps of a flow stand: one is put somewhere, changed in its place, moved, taken out.

A place is told by a text: the id of the step that it follows on, `fork.then` and `fork.otherwise` for the
head of a branch, and nothing for the head of the flow.
"""

from collections.abc import Callable, Iterator

import msgspec

from shared.domain.automations.steps import (
    OTHERWISE,
    THEN,
    AutomationStep,
    IfStep,
    Steps,
    every_step,
    find_step,
)
from shared.domain.errors import Conflict, NotFound

_Change = Callable[[Steps], Steps]


def put_step(steps: Steps, place: str, step: AutomationStep) -> tuple[AutomationStep, ...]:
    """The steps with one more. Raises Conflict where the place is gone."""
    if not place:
        return (step, *steps)
    anchor, _, branch = place.partition(".")
    before = find_step(steps, anchor)
    if before is None or (branch and not (isinstance(before, IfStep) and branch in (THEN, OTHERWISE))):
        raise Conflict("The place where the step is to stand is gone meanwhile. Choose another one.")
    if isinstance(before, IfStep) and branch:
        head = msgspec.structs.replace(before, **{branch: (step, *before.branch(branch))})
        return change_step(steps, head)

    def follow(branch_steps: Steps) -> Steps:
        return [now for one in branch_steps for now in ((one, step) if one.id == anchor else (one,))]

    return _rearranged(steps, follow)


def change_step(steps: Steps, step: AutomationStep) -> tuple[AutomationStep, ...]:
    """The steps with this one in place of that with its id."""
    return _rearranged(steps, lambda branch: [step if one.id == step.id else one for one in branch])


def take_out(steps: Steps, step_id: str) -> tuple[AutomationStep, ...]:
    """The steps without this one, and without the branches of it."""
    return _rearranged(steps, lambda branch: [one for one in branch if one.id != step_id])


def move_step(steps: Steps, step_id: str, by: int) -> tuple[AutomationStep, ...]:
    """The steps with this one so many places further down its branch, or up; at its ends it stays."""

    def move(branch: Steps) -> Steps:
        place = next((at for at, one in enumerate(branch) if one.id == step_id), None)
        if place is None:
            return branch
        others = [one for one in branch if one.id != step_id]
        others.insert(max(0, place + by), branch[place])
        return others

    return _rearranged(steps, move)


def move_to(steps: Steps, step_id: str, place: str) -> tuple[AutomationStep, ...]:
    """The steps with this one at another place, with its branches. Raises NotFound, Conflict."""
    step = find_step(steps, step_id)
    if step is None:
        raise NotFound("step", step_id)
    return put_step(take_out(steps, step_id), place, step)


def every_place(steps: Steps) -> Iterator[tuple[str, int]]:
    """All places from top to bottom, each with how deep in branches it lies."""
    yield "", 0
    yield from _places(steps, 0)


def place_of(steps: Steps, step_id: str, head: str = "") -> str:
    """The place where the step stands; the head of the flow for one that is in none of its branches."""
    place = head
    for step in steps:
        if step.id == step_id:
            return place
        if isinstance(step, IfStep):
            for branch in (THEN, OTHERWISE):
                inner = f"{step.id}.{branch}"
                if find_step(step.branch(branch), step_id) is not None:
                    return place_of(step.branch(branch), step_id, inner)
        place = step.id
    return ""


def _places(steps: Steps, depth: int) -> Iterator[tuple[str, int]]:
    for step in steps:
        if isinstance(step, IfStep):
            for branch in (THEN, OTHERWISE):
                yield f"{step.id}.{branch}", depth + 1
                yield from _places(step.branch(branch), depth + 1)
        yield step.id, depth


def inside(step: AutomationStep) -> int:
    """How many steps stand in the branches of this one."""
    return len(list(every_step([step]))) - 1


def _rearranged(steps: Steps, change: _Change) -> tuple[AutomationStep, ...]:
    """Every branch changed, the innermost first."""
    inner = [
        msgspec.structs.replace(
            step, then=_rearranged(step.then, change), otherwise=_rearranged(step.otherwise, change)
        )
        if isinstance(step, IfStep)
        else step
        for step in steps
    ]
    return tuple(change(inner))
