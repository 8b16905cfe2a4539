"""Which step a problem is about: its path says the places of branches, which change when steps move."""

import re

from shared.domain.automations.steps import AutomationStep, Steps
from shared.domain.errors import Problem

_PART = re.compile(r"(steps|then|otherwise)\[(\d+)\]\.?")


def step_of(steps: Steps, problem: Problem) -> tuple[str, str]:
    """The id of the step that the problem is about, and the rest of its path.

    A step is told by its place, `steps[1].then[0].tag`, or by its id, `steps.greet.tag`. Of a problem that is
    about no step, an empty id and its whole path.
    """
    if problem.field.startswith("steps."):
        _, step_id, rest = [*problem.field.split(".", 2), ""][:3]
        return step_id, rest
    step: AutomationStep | None = None
    at, path = 0, problem.field
    while (part := _PART.match(path, at)) is not None:
        branch = steps if step is None else getattr(step, part[1])
        step, at = branch[int(part[2])], part.end()
    return (step.id if step is not None else "", path[at:])


def new_problems(before: tuple[Steps, list[Problem]], now: tuple[Steps, list[Problem]]) -> list[Problem]:
    """Those of the problems `now` that were not there before, wherever the step stood."""
    known = {(*step_of(before[0], one), one.reason) for one in before[1]}
    return [one for one in now[1] if (*step_of(now[0], one), one.reason) not in known]
