"""Whose wait is timed anew when a field of the contact changes."""

from collections.abc import Mapping

from shared.domain.automations.automation import Definition
from shared.domain.automations.enrollment import Enrollment, EnrollmentState
from shared.domain.automations.steps import Steps, WaitStep, WaitUntilEvent, fields_of, find_step

Definitions = Mapping[tuple[str, int], Definition]  # by automation and version


def version_number(enrollment: Enrollment) -> int:
    """The version that it goes by until it is brought up to the newest, if it is; 0 before it began."""
    return enrollment.version or enrollment.seen


def depends_on(enrollment: Enrollment, field: str, definitions: Definitions) -> bool:
    """Whether it stands on a wait that a change of the field moves, `time_zone` being one.

    So it is too for one that has come there and does not wait yet: a worker may have read the contact before
    the change. Who waits for an event is left alone: it would be taken for the event.
    """
    if enrollment.state is not EnrollmentState.ACTIVE or enrollment.way.awaits is not None:
        return False
    waits = [
        step.wait
        for steps in _steps(enrollment, definitions)
        if isinstance(step := find_step(steps, enrollment.step_id), WaitStep)
    ]
    if any(isinstance(one, WaitUntilEvent) for one in waits):
        return False
    return any(field in fields_of(one) for one in waits)


def _steps(enrollment: Enrollment, definitions: Definitions) -> list[Steps]:
    """Of the version it stays on, or else of that it has seen and those that it is brought up to."""
    first, stays_on = enrollment.seen, enrollment.version
    return [
        one.steps
        for (automation_id, number), one in definitions.items()
        if automation_id == enrollment.automation_id and (number == stays_on if stays_on else number >= first)
    ]
