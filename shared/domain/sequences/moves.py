"""How enrollments and their emails move on: the next step, an end, or once more."""

from datetime import UTC, datetime

from msgspec import Struct

from shared.domain.messages.message import Message, MessageState
from shared.domain.messages.skip_reason import SkipReason
from shared.domain.messages.skipping import skip_words
from shared.domain.record import replace
from shared.domain.sequences.enrolling_people import next_email
from shared.domain.sequences.enrollment import EndReason, Enrollment, EnrollmentState
from shared.domain.sequences.hours import Hours
from shared.domain.sequences.scheduled_email import EmailStatus, ScheduledEmail
from shared.domain.sequences.sequence import Sequence
from shared.domain.sequences.steps_left import steps_left

MOST_TRIES = 30
_ENDS = {
    SkipReason.OPTED_OUT: EndReason.UNSUBSCRIBED,
    SkipReason.BOUNCED: EndReason.BOUNCED,
    SkipReason.ANSWERED: EndReason.REPLIED,
    SkipReason.FORGOTTEN: EndReason.CONTACT_GONE,
    SkipReason.WITHDRAWN: EndReason.REMOVED,
}
# It did not go out on its day, and nothing is wrong with it.
_AGAIN = frozenset({SkipReason.EXPIRED, SkipReason.WINDOW_CLOSED, SkipReason.TOO_MANY, SkipReason.CANCELED})


class Move(Struct, frozen=True, kw_only=True):
    """An enrollment and its emails as they are to be stored; `following` is the email of the next step."""

    enrollment: Enrollment
    email: ScheduledEmail
    following: ScheduledEmail | None = None


def after_message(
    sequence: Sequence,
    enrollment: Enrollment,
    email: ScheduledEmail,
    message: Message,
    hours: Hours,
    now: datetime,
) -> Move | None:
    """What follows from what became of the email's message; None while that is open."""
    if message.state is MessageState.SENT:
        return _sent(sequence, enrollment, email, message, hours, now)
    if message.state is MessageState.FAILED:
        failed = replace(email, status=EmailStatus.FAILED, note=message.reason or "")
        return Move(enrollment=ended(enrollment, EndReason.FAILED, now, message.reason or ""), email=failed)
    if message.state is not MessageState.SKIPPED:
        return None
    reason = SkipReason(message.reason) if message.reason else SkipReason.CANCELED
    if reason in _AGAIN and enrollment.is_active and email.attempt < MOST_TRIES:
        return Move(enrollment=enrollment, email=put_off(email, _from(reason, hours, now)))
    canceled = replace(email, status=EmailStatus.CANCELED, note=skip_words(message) or "")
    if reason is SkipReason.BOUNCED and not sequence.endings.at_bounce:
        passed = replace(enrollment, step_ids=(*enrollment.step_ids, email.step_id))
        return _next(sequence, passed, canceled, hours, now, now)
    end = _ENDS.get(reason, EndReason.FAILED)
    return Move(enrollment=ended(enrollment, end, now, canceled.note), email=canceled)


def _from(reason: SkipReason, hours: Hours, now: datetime) -> datetime:
    """From when on it is planned again: who had too many today is asked tomorrow, not at the next slot."""
    if reason is not SkipReason.TOO_MANY:
        return now
    return datetime.fromtimestamp(hours.due_after(int(now.timestamp()), 1), UTC)


def _sent(
    sequence: Sequence,
    enrollment: Enrollment,
    email: ScheduledEmail,
    message: Message,
    hours: Hours,
    now: datetime,
) -> Move:
    sent_at = message.sent_at or now
    done = replace(email, status=EmailStatus.SENT)
    moved = replace(
        enrollment,
        current_step=email.position,
        mailbox_id=message.sender_id,
        subject=enrollment.subject or message.subject,
        sent_ids=(*enrollment.sent_ids, message.id),
        step_ids=(*enrollment.step_ids, email.step_id),
        last_sent_at=sent_at,
    )
    return _next(sequence, moved, done, hours, sent_at, now)


def _next(
    sequence: Sequence,
    enrollment: Enrollment,
    email: ScheduledEmail,
    hours: Hours,
    since: datetime,
    now: datetime,
) -> Move:
    """On to the next step; after the last one it is completed, unless it has ended meanwhile."""
    left = steps_left(sequence, enrollment)
    if not enrollment.is_active:
        return Move(enrollment=enrollment, email=email)
    if not left:
        state, none = EnrollmentState.COMPLETED, None
        completed = replace(enrollment, state=state, completed_at=since, next_email_id=none)
        return Move(enrollment=completed, email=email)
    wait_days = max(1, left[0].wait_days)
    due_at = datetime.fromtimestamp(hours.due_after(int(since.timestamp()), wait_days), UTC)
    following = next_email(sequence, enrollment, due_at, now)
    moved = replace(enrollment, next_email_id=following.id)
    return Move(enrollment=moved, email=email, following=following)


def ended(enrollment: Enrollment, reason: EndReason, now: datetime, note: str = "") -> Enrollment:
    """The enrollment at its end, before its last step; one that is over stays as it is."""
    if not enrollment.is_active:
        return enrollment
    return replace(
        enrollment,
        state=EnrollmentState.ENDED,
        ended_at=now,
        end_reason=reason,
        end_note=note,
        next_email_id=None,
    )


def put_off(email: ScheduledEmail, since: datetime) -> ScheduledEmail:
    """The email, to be planned anew, since then: as a message of its own, as the one before was not sent."""
    return replace(
        email,
        status=EmailStatus.PENDING,
        send_at=None,
        mailbox_id=email.mailbox_id if email.is_follow_up else None,
        due_at=max(email.due_at, since),
        attempt=email.attempt + 1,
        message_id=None,
    )


def away(email: ScheduledEmail, until: datetime) -> ScheduledEmail:
    """The email of somebody who is away until then; one that was handed over goes out all the same."""
    if email.status is not EmailStatus.PENDING or email.due_at >= until:
        return email
    moved = put_off(email, until)
    return replace(moved, attempt=email.attempt, note="A machine answered that the contact is away.")
