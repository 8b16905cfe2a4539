"""How an email moves on by what became of its message."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.domain.messages.message import MessageState
from shared.domain.messages.skip_reason import SkipReason
from shared.domain.sequences.hours import Days, Hours
from shared.domain.sequences.moves import MOST_TRIES, after_message
from shared.domain.sequences.scheduled_email import EmailStatus
from tests.kit.builders import a_message
from tests.kit.sequence_records import NEW_YORK, a_scheduled_email, a_sequence, an_enrollment

NOW = datetime(2026, 11, 30, 15, tzinfo=UTC)  # ten o'clock there
MIDNIGHT = datetime(2026, 12, 1, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("reason", "due_at"),
    [
        (SkipReason.TOO_MANY, MIDNIGHT),
        (SkipReason.EXPIRED, NOW),
        (SkipReason.WINDOW_CLOSED, NOW),
    ],
)
def test_what_did_not_go_out_is_tried_again_and_of_too_many_not_on_the_same_day(
    reason: SkipReason, due_at: datetime
) -> None:
    hours = Hours(a_sequence().window, NEW_YORK, Days(NEW_YORK), int(NOW.timestamp()))
    message = a_message(state=MessageState.SKIPPED, reason=reason)
    queued = a_scheduled_email(
        status=EmailStatus.QUEUED, due_at=NOW - timedelta(days=1), message_id=message.id
    )
    move = after_message(a_sequence(), an_enrollment(), queued, message, hours, NOW)
    assert move is not None
    assert move.enrollment.is_active
    assert (move.email.status, move.email.send_at) == (EmailStatus.PENDING, None)
    assert (move.email.due_at, move.email.attempt) == (due_at, 1)
    tried = a_scheduled_email(status=EmailStatus.QUEUED, attempt=MOST_TRIES)
    last = after_message(a_sequence(), an_enrollment(), tried, message, hours, NOW)
    assert last is not None
    assert not last.enrollment.is_active
