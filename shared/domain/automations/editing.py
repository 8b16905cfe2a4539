"""What an edit means for those who stand on a step that it deletes or changes: docs/guide/automations.md.

Everybody else follows from what they completed (next_step.py): nothing is done twice, and nobody is left.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from functools import lru_cache

from msgspec import Struct

from shared.domain.automations.automation import AutomationVersion, definition_in
from shared.domain.automations.enrollment import EndReason, Enrollment, completing, ended, waiting
from shared.domain.automations.moving import advanced, forgetting
from shared.domain.automations.steps import (
    AutomationStep,
    Steps,
    WaitStep,
    WaitUntilEvent,
    every_step,
    find_step,
)
from shared.domain.automations.wait_times import Person, wait_ends_at
from shared.domain.errors import Problem
from shared.domain.record import replace


class Choice(StrEnum):
    """What becomes of those who stand on a step that an edit deletes or changes."""

    GO_ON = "go_on"  # to the next step, at once
    NEW_TIME = "new_time"  # wait as the step says now, the time waited counted; over already: go on
    STAY = "stay"  # on the version they are on, to its end
    LEAVE = "leave"  # their way ends here


class ChangeKind(StrEnum):
    """What an edit does to a step that contacts may stand on."""

    DELETED = "deleted"
    WAIT_CHANGED = "wait_changed"


class StepChange(Struct, frozen=True, kw_only=True):
    """One step that an edit deletes, or whose wait it changes."""

    step_id: str
    kind: ChangeKind

    @property
    def default(self) -> Choice:
        """What becomes of those who stand there if nothing else is chosen."""
        return Choice.GO_ON if self.kind is ChangeKind.DELETED else Choice.NEW_TIME

    @property
    def choices(self) -> tuple[Choice, ...]:
        """What may be chosen: of a deleted step there is no new time."""
        return tuple(
            one for one in Choice if one is not Choice.NEW_TIME or self.kind is not ChangeKind.DELETED
        )


def step_changes(old: Steps, new: Steps) -> list[StepChange]:
    """The steps on which contacts may stand who are concerned, from top to bottom."""
    found = []
    for step in every_step(old):
        now = find_step(new, step.id)
        if now is None:
            found.append(StepChange(step_id=step.id, kind=ChangeKind.DELETED))
        elif isinstance(step, WaitStep) and isinstance(now, WaitStep) and step.wait != now.wait:
            found.append(StepChange(step_id=step.id, kind=ChangeKind.WAIT_CHANGED))
    return found


def check_kinds(old: Steps, new: Steps) -> list[Problem]:
    """Steps that became another kind under their id: for who stands there that would be no edit of theirs."""
    kinds = {step.id: _kind(step) for step in every_step(old)}
    return [
        Problem(field=f"steps.{step.id}.kind", reason=f"was {kinds[step.id]}: give the new step another id")
        for step in every_step(new)
        if kinds.get(step.id, _kind(step)) != _kind(step)
    ]


def _kind(step: AutomationStep) -> str:
    return str(step.__struct_config__.tag)


def check_choices(changes: list[StepChange], choices: Mapping[str, Choice]) -> list[Problem]:
    """What of the choices does not go with the edit."""
    known = {one.step_id: one for one in changes}
    problems = []
    for step_id, choice in choices.items():
        if step_id not in known:
            reason = "is neither deleted nor a wait that changes: there is nothing to choose"
            problems.append(Problem(field=f"choices.{step_id}", reason=reason))
        elif choice not in known[step_id].choices:
            problems.append(Problem(field=f"choices.{step_id}", reason="is deleted: it has no new time"))
    return problems


def brought_up(
    enrollment: Enrollment,
    old: AutomationVersion,
    new: AutomationVersion,
    person: Person | None,
    now: datetime,
) -> Enrollment:
    """The enrollment by the new version, which follows on the old one it goes by.

    Without a `person`, as the contact is gone, times of day and dates of the contact count as over.
    """
    steps, choices = definition_in(new.definition).steps, new.choices
    changes = _changes_between(old.definition, new.definition)
    seen = forgetting(replace(enrollment, seen=new.number), steps)
    change = changes.get(enrollment.step_id)
    if change is None:
        return seen
    choice = Choice(choices.get(change.step_id, change.default))
    if choice is Choice.STAY:
        return replace(enrollment, version=old.number, seen=old.number)
    if choice is Choice.LEAVE:
        return ended(seen, EndReason.LEFT, now)
    step = find_step(steps, change.step_id)
    if not isinstance(step, WaitStep):
        return advanced(seen, steps, now)
    if choice is Choice.GO_ON:
        return advanced(completing(seen, "moved on", now), steps, now)
    return _retimed(seen, step, steps, person, now)


@lru_cache(maxsize=64)
def _changes_between(old: bytes, new: bytes) -> Mapping[str, StepChange]:
    """By step, what differs between two versions: it is asked for each of many enrollments."""
    changes = step_changes(definition_in(old).steps, definition_in(new).steps)
    return {one.step_id: one for one in changes}


def _retimed(
    enrollment: Enrollment, step: WaitStep, steps: Steps, person: Person | None, now: datetime
) -> Enrollment:
    """The wait as the step says now, counted from when it began; over already, the contact goes on."""
    if enrollment.waits_until is None or enrollment.since is None:
        return enrollment  # it has just come there, and does not wait yet
    if enrollment.waits_until <= now and enrollment.way.awaits is None and _is_until_event(step):
        return enrollment  # what it waited for has happened
    until = wait_ends_at(step.wait, enrollment.since, person)
    if until <= now:
        return advanced(completing(enrollment, "done", now), steps, now)
    return waiting(enrollment, until, step.wait.event if isinstance(step.wait, WaitUntilEvent) else None)


def _is_until_event(step: WaitStep) -> bool:
    return isinstance(step.wait, WaitUntilEvent)
