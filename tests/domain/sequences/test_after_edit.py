"""What an edit of the steps means for somebody, wherever on the way."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.domain.record import replace
from shared.domain.sequences.after_edit import after_edit
from shared.domain.sequences.editing import in_new_order, with_changed_step, with_step, without_step
from shared.domain.sequences.enrollment import EndReason, Enrollment, EnrollmentState
from shared.domain.sequences.hours import Days, Hours
from shared.domain.sequences.moves import Move
from shared.domain.sequences.scheduled_email import EmailStatus, ScheduledEmail, email_id
from shared.domain.sequences.sequence import Sequence, SequenceState, SequenceStep
from shared.domain.sequences.steps_left import steps_left
from tests.kit.sequence_records import NEW_YORK, STEPS, a_scheduled_email, a_sequence, an_enrollment

SENT = datetime(2026, 11, 30, 14, tzinfo=UTC)  # a Monday
NOW = SENT + timedelta(hours=1)
EXTRA = SequenceStep(id="extra", position=2, content="Extra.", wait_days=1)


def on_the_way(*had: str) -> tuple[Enrollment, ScheduledEmail]:
    """Somebody who has had these steps of three, and the email that comes next."""
    sequence = a_sequence()
    enrollment = an_enrollment(
        enrolled_at=SENT - timedelta(days=1),
        step_ids=had,
        last_sent_at=SENT if had else None,
        sent_ids=had,
        mailbox_id="mails" if had else None,
    )
    step = steps_left(sequence, enrollment)[0]
    due = datetime.fromtimestamp(
        hours(sequence).due_after(int(SENT.timestamp()), max(1, step.wait_days)), UTC
    )
    email = a_scheduled_email(
        id=email_id(enrollment.id, step.id),
        step_id=step.id,
        position=step.position,
        due_at=due if had else SENT - timedelta(days=1),
        send_at=due + timedelta(hours=15),
        is_follow_up=bool(had),
        waits=tuple(one.wait_days for one in steps_left(sequence, enrollment)[1:]),
    )
    return replace(enrollment, next_email_id=email.id), email


def hours(sequence: Sequence) -> Hours:
    return Hours(sequence.window, NEW_YORK, Days(NEW_YORK), int(SENT.timestamp()))


def edited(sequence: Sequence, *had: str) -> Move | None:
    enrollment, email = on_the_way(*had)
    return after_edit(sequence, enrollment, email, hours(sequence), NOW)


def next_steps(sequence: Sequence, *had: str) -> list[str]:
    return [one.id for one in steps_left(sequence, on_the_way(*had)[0])]


@pytest.mark.parametrize("had", [(), ("one",), ("one", "two")])
def test_nothing_changes_for_anybody_without_an_edit(had: tuple[str, ...]) -> None:
    assert edited(a_sequence(name="Other"), *had) is None


def test_a_step_that_is_added_in_front_comes_first_and_the_old_email_is_canceled() -> None:
    move = edited(with_step(a_sequence(), EXTRA, NOW), "one")
    assert move is not None
    assert move.following is not None
    assert (move.email.status, move.following.step_id) == (EmailStatus.CANCELED, "extra")
    assert move.following.send_at is None
    assert move.following.due_at.date() == (SENT + timedelta(days=1)).date()
    assert move.following.waits == (2, 3)
    assert move.enrollment.next_email_id == move.following.id


def test_who_is_past_the_place_of_a_new_step_does_not_get_it() -> None:
    sequence = with_step(a_sequence(), EXTRA, NOW)
    assert next_steps(sequence, "one", "two") == ["three"]
    before_them = with_step(a_sequence(), EXTRA, SENT - timedelta(days=9))
    assert next_steps(before_them, "one", "two") == ["extra", "three"]


def test_in_another_order_nobody_gets_a_step_twice_or_loses_one() -> None:
    sequence = in_new_order(a_sequence(), ("one", "three", "two"))
    assert next_steps(sequence, "one") == ["three", "two"]
    assert next_steps(sequence, "one", "two") == ["three"]
    move = edited(sequence, "one")
    assert move is not None
    assert move.following is not None
    assert move.following.step_id == "three"
    assert edited(sequence, "one", "two") == Move(
        enrollment=on_the_way("one", "two")[0], email=replace(on_the_way("one", "two")[1], position=2)
    )


def test_steps_that_are_due_on_the_same_day_take_each_others_time() -> None:
    same = with_changed_step(a_sequence(), "three", {"wait_days": 2})
    move = edited(in_new_order(same, ("one", "three", "two")), "one")
    assert move is not None
    assert move.following is not None
    assert move.following.send_at == on_the_way("one")[1].send_at


def test_a_step_that_is_gone_leaves_the_next_one_or_nothing() -> None:
    move = edited(without_step(a_sequence(), "two"), "one")
    assert move is not None
    assert move.following is not None
    assert (move.following.step_id, move.following.due_at.date()) == (
        "three",
        (SENT + timedelta(days=3)).date(),
    )
    last = edited(without_step(a_sequence(), "three"), "one", "two")
    assert last is not None
    assert (last.enrollment.state, last.enrollment.completed_at) == (EnrollmentState.COMPLETED, SENT)
    assert last.email.status is EmailStatus.CANCELED


def test_other_wait_days_move_the_next_email_but_not_one_of_somebody_who_is_away() -> None:
    sequence = with_changed_step(a_sequence(), "two", {"wait_days": 5})
    move = edited(sequence, "one")
    assert move is not None
    assert move.following is None
    assert (move.email.send_at, move.email.mailbox_id) == (None, "mails")
    assert move.email.due_at.date() == (SENT + timedelta(days=5)).date()
    enrollment, email = on_the_way("one")
    away = replace(email, note="A machine answered that the contact is away.")
    assert after_edit(sequence, enrollment, away, hours(sequence), NOW) is None


def test_a_later_steps_wait_days_only_change_what_is_kept_in_mind() -> None:
    move = edited(with_changed_step(a_sequence(), "three", {"wait_days": 9}), "one")
    assert move is not None
    assert (move.email.waits, move.email.send_at) == ((9,), on_the_way("one")[1].send_at)


def test_an_archived_sequence_lets_everybody_go() -> None:
    move = edited(a_sequence(state=SequenceState.ARCHIVED), "one")
    assert move is not None
    assert (move.enrollment.end_reason, move.email.status) == (EndReason.REMOVED, EmailStatus.CANCELED)


def test_what_is_over_or_on_the_queue_stays_as_it_is() -> None:
    enrollment, email = on_the_way("one")
    sequence = without_step(a_sequence(), "two")
    queued = replace(email, status=EmailStatus.QUEUED)
    assert after_edit(sequence, enrollment, queued, hours(sequence), NOW) is None
    over = replace(enrollment, state=EnrollmentState.ENDED)
    assert after_edit(sequence, over, email, hours(sequence), NOW) is None
    assert a_sequence().steps == STEPS
