"""What differs between two versions of an automation, step by step."""

from collections.abc import Collection, Iterator
from enum import StrEnum

import msgspec
from msgspec import Struct

from shared.domain.automations.automation import Definition
from shared.domain.automations.steps import AutomationStep, IfStep, Steps, every_step


class Difference(StrEnum):
    """How a step differs."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"


class StepDifference(Struct, frozen=True, kw_only=True):
    """One step that differs, and how. `old` and `new` are the steps without their branches."""

    step_id: str
    difference: Difference
    old: AutomationStep | None = None
    new: AutomationStep | None = None


def steps_differ(old: Steps, new: Steps) -> Iterator[StepDifference]:
    """The steps that differ: those of the new version from top to bottom, then those that are gone.

    A step is moved when it follows on another one than before, of those that both versions have.
    """
    before = {step.id: _alone(step) for step in every_step(old)}
    after = {step.id: _alone(step) for step in every_step(new)}
    old_places, new_places = _places(old, after.keys()), _places(new, before.keys())
    for step_id, step in after.items():
        known = before.get(step_id)
        if known is None:
            yield StepDifference(step_id=step_id, difference=Difference.ADDED, new=step)
        elif known != step:
            yield StepDifference(step_id=step_id, difference=Difference.CHANGED, old=known, new=step)
        elif old_places[step_id] != new_places[step_id]:
            yield StepDifference(step_id=step_id, difference=Difference.MOVED, old=known, new=step)
    for step_id, step in before.items():
        if step_id not in after:
            yield StepDifference(step_id=step_id, difference=Difference.REMOVED, old=step)


def other_parts_differ(old: Definition, new: Definition) -> list[str]:
    """The names of what else differs: triggers, goals, the rule for entering again, window, topic."""
    names = ("triggers", "goals", "reentry", "window", "topic")
    return [name for name in names if getattr(old, name) != getattr(new, name)]


def _alone(step: AutomationStep) -> AutomationStep:
    return msgspec.structs.replace(step, then=(), otherwise=()) if isinstance(step, IfStep) else step


def _places(steps: Steps, known: Collection[str], home: str = "") -> dict[str, tuple[str, str]]:
    """By step, the branch that it is in and the step before it there, of those that are known."""
    found: dict[str, tuple[str, str]] = {}
    last = ""
    for step in steps:
        found[step.id] = (home, last)
        if step.id in known:
            last = step.id
        if isinstance(step, IfStep):
            found |= _places(step.then, known, f"{step.id} then")
            found |= _places(step.otherwise, known, f"{step.id} otherwise")
    return found
