"""Which steps somebody has still to get: by the sequence as it stands, whatever it was when they came in."""

from shared.domain.sequences.enrollment import Enrollment
from shared.domain.sequences.sequence import Sequence, SequenceStep


def steps_left(sequence: Sequence, enrollment: Enrollment) -> tuple[SequenceStep, ...]:
    """The steps that the enrollment has not had, in order.

    One that was added in front of the place that somebody has reached is not for them: they are past it.
    """
    had = set(enrollment.step_ids)
    reached = max((step.position for step in sequence.steps if step.id in had), default=0)
    return tuple(
        step
        for step in sequence.steps
        if step.id not in had and not (step.position < reached and _is_new(sequence, step, enrollment))
    )


def _is_new(sequence: Sequence, step: SequenceStep, enrollment: Enrollment) -> bool:
    added_at = sequence.added_at.get(step.id)
    return added_at is not None and added_at > enrollment.enrolled_at
