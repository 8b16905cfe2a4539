"""What an edit of a sequence means for somebody whose next email is not on the queue yet."""

from datetime import UTC, datetime

from shared.domain.record import replace
from shared.domain.sequences.enrolling_people import next_email
from shared.domain.sequences.enrollment import EndReason, Enrollment, EnrollmentState
from shared.domain.sequences.hours import Hours
from shared.domain.sequences.moves import Move, ended
from shared.domain.sequences.scheduled_email import EmailStatus, ScheduledEmail
from shared.domain.sequences.sequence import Sequence, SequenceState, SequenceStep
from shared.domain.sequences.steps_left import steps_left

OTHER_STEPS = "The steps of the sequence were changed."
PUT_AWAY = "The sequence was archived."


def after_edit(
    sequence: Sequence, enrollment: Enrollment, email: ScheduledEmail, hours: Hours, now: datetime
) -> Move | None:
    """The enrollment and its emails by the sequence as it stands now; None where nothing changes for it.

    An email that is for another step now is canceled, and the right one takes its place; one that is due on
    another day loses its time.
    """
    if not enrollment.is_active or email.status is not EmailStatus.PENDING:
        return None
    canceled = replace(email, status=EmailStatus.CANCELED, note=OTHER_STEPS)
    if sequence.state is SequenceState.ARCHIVED:
        over = ended(enrollment, EndReason.REMOVED, now, PUT_AWAY)
        return Move(enrollment=over, email=replace(canceled, note=PUT_AWAY))
    left = steps_left(sequence, enrollment)
    if not left:
        done = enrollment.last_sent_at or now
        completed = replace(
            enrollment, state=EnrollmentState.COMPLETED, completed_at=done, next_email_id=None
        )
        return Move(enrollment=completed, email=canceled)
    wanted = next_email(sequence, enrollment, _due(left[0], enrollment, email, hours, now), now)
    if wanted.id == email.id:
        return _of_same_step(enrollment, email, wanted)
    following = _at_its_time(email, wanted)
    return Move(enrollment=replace(enrollment, next_email_id=wanted.id), email=canceled, following=following)


def _of_same_step(enrollment: Enrollment, email: ScheduledEmail, wanted: ScheduledEmail) -> Move | None:
    changed = replace(email, position=wanted.position, waits=wanted.waits)
    if (wanted.due_at, wanted.time_zone) != (email.due_at, email.time_zone):
        changed = replace(
            changed,
            due_at=wanted.due_at,
            time_zone=wanted.time_zone,
            mailbox_id=wanted.mailbox_id,
            send_at=None,
            open_on=None,
        )
    return None if changed == email else Move(enrollment=enrollment, email=changed)


def _at_its_time(email: ScheduledEmail, wanted: ScheduledEmail) -> ScheduledEmail:
    """Where it is due with the one whose place it takes, it goes out at that one's time."""
    if (wanted.due_at, wanted.time_zone) != (email.due_at, email.time_zone):
        return wanted
    return replace(wanted, mailbox_id=email.mailbox_id, send_at=email.send_at, open_on=email.open_on)


def _due(
    step: SequenceStep, enrollment: Enrollment, email: ScheduledEmail, hours: Hours, now: datetime
) -> datetime:
    """By its wait days; as it was for a first email, for somebody who is away, and where both are over."""
    if enrollment.last_sent_at is None or email.note:
        return email.due_at
    sent_at = int(enrollment.last_sent_at.timestamp())
    due_at = datetime.fromtimestamp(hours.due_after(sent_at, max(1, step.wait_days)), UTC)
    return email.due_at if max(due_at, email.due_at) <= now else due_at
