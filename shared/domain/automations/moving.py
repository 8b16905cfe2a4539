"""How a contact moves through an automation: who may enter, and where an enrollment goes from where it is."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from shared.domain.automations.automation import Automation, Definition, Reentry
from shared.domain.automations.enrollment import (
    EndReason,
    Enrollment,
    EnrollmentState,
    ended,
    having_completed,
    queued_on,
    waiting,
)
from shared.domain.automations.next_step import next_step
from shared.domain.automations.steps import Steps, WaitStep, WaitUntilEvent, every_step
from shared.domain.automations.trigger import Happened
from shared.domain.automations.wait_times import Person, wait_ends_at
from shared.domain.events.event import Event
from shared.domain.ids import computed_id

MOST_ENTRIES_A_DAY = 10  # of one contact in one automation: a circle of automations ends there
_DAY = timedelta(days=1)


def entered(automation_id: str, contact_id: str, event: Event, due_at: datetime) -> Enrollment:
    """The enrollment that an event asks for: the same for the same event, so that it is asked for once.

    `due_at` is when the tick looks after it.
    """
    return Enrollment(
        id=computed_id("enrollment", automation_id, event.id, contact_id),
        automation_id=automation_id,
        contact_id=contact_id,
        event_id=event.id,
        entered_by=f"{event.type} {event.what}".strip(),
        entered_at=event.at,
        due_at=due_at,
        row=event.row,
    )


def entry_refusal(rule: Reentry, others: Iterable[Enrollment], now: datetime) -> EndReason | None:
    """Why a contact who has these other enrollments in the automation may not enter; None if it may."""
    begun = [one for one in others if one.completed or one.state is EnrollmentState.ACTIVE or _has_run(one)]
    if rule is Reentry.ONCE and begun:
        return EndReason.ALREADY_IN
    if rule is Reentry.AFTER_END and any(one.state is EnrollmentState.ACTIVE for one in begun):
        return EndReason.ALREADY_IN
    if sum(one.entered_at > now - _DAY for one in begun) >= MOST_ENTRIES_A_DAY:
        return EndReason.TOO_OFTEN
    return None


def _has_run(enrollment: Enrollment) -> bool:
    refused = (EndReason.ALREADY_IN, EndReason.TOO_OFTEN)
    return enrollment.state is EnrollmentState.ENDED and enrollment.end_reason not in refused


def advanced(enrollment: Enrollment, steps: Steps, now: datetime) -> Enrollment:
    """The enrollment on the next logical step, queued; or at its end.

    What it completed of steps that do not exist any more is forgotten.
    """
    kept = forgetting(enrollment, steps)
    step = next_step(steps, kept.completed)
    return ended(kept, EndReason.COMPLETED, now) if step is None else queued_on(kept, step.id, now)


def forgetting(enrollment: Enrollment, steps: Steps) -> Enrollment:
    """The enrollment without what it completed of steps that do not exist any more."""
    known = {step.id for step in every_step(steps)}
    kept = tuple(one for one in enrollment.completed if one.step_id in known)
    return enrollment if len(kept) == len(enrollment.completed) else having_completed(enrollment, kept)


def begun_wait(enrollment: Enrollment, step: WaitStep, person: Person) -> Enrollment:
    """The enrollment waiting on the step it stands on, since it came there."""
    if enrollment.since is None:
        raise ValueError(f"the enrollment {enrollment.id} stands on no step")
    awaits = step.wait.event if isinstance(step.wait, WaitUntilEvent) else None
    return waiting(enrollment, wait_ends_at(step.wait, enrollment.since, person), awaits)


def lets_in(automation: Automation, definition: Definition, event: Event) -> bool:
    """Whether the event is one of the automation's triggers."""
    if not automation.takes_in:
        return False
    return any(isinstance(one, Happened) and one.is_met(event) for one in definition.triggers)


def is_goal(definition: Definition, event: Event) -> bool:
    """Whether the event is one of the automation's goals."""
    return any(one.is_met(event) for one in definition.goals)
