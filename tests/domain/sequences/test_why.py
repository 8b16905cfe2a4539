"""Why this time, in words that a person follows."""

from datetime import UTC, date, datetime, timedelta

from shared.domain.record import replace
from shared.domain.sequences.scheduled_email import EmailStatus, ScheduledEmail
from shared.domain.sequences.sequence import SequenceState
from shared.domain.sequences.why import what_is_missing, why_this_time
from tests.kit.sequence_records import NEW_YORK, a_mailbox, a_sequence

FRIDAY = datetime(2026, 12, 4, 15, tzinfo=UTC)
EMAIL = ScheduledEmail(
    id="email",
    enrollment_id="enrollment",
    sequence_id="welcome",
    step_id="two",
    position=2,
    address="ana@example.com",
    time_zone=NEW_YORK,
    due_at=datetime(2026, 12, 5, 5, tzinfo=UTC),
    created_at=FRIDAY,
    mailbox_id="mails",
    send_at=datetime(2026, 12, 8, 14, 16, tzinfo=UTC),
    open_on=date(2026, 12, 7),
    is_follow_up=True,
)


def test_a_follow_up_that_was_due_on_a_weekend_and_found_its_mailbox_full() -> None:
    assert why_this_time(a_sequence(), EMAIL, a_mailbox()) == (
        "By its wait days it is due on Saturday, December 5. The sequence next sends on Monday, December 7. "
        "Until Tuesday, December 8 its mailbox has no place left. It comes from desk@acme-clinics.com, which "
        "sent the first email. That sends 30 a day at most, spread evenly from 09:00 to 17:00 "
        "(America/New_York)."
    )


def test_a_first_email_on_the_day_of_enrolling() -> None:
    first = replace(
        EMAIL, position=1, is_follow_up=False, due_at=FRIDAY, send_at=FRIDAY, open_on=date(2026, 12, 4)
    )
    words = why_this_time(a_sequence(), first, a_mailbox())
    assert words.startswith("It is the first email, due from Friday, December 4 on. It comes from desk@")


def test_one_that_waits_for_its_time_says_so() -> None:
    words = why_this_time(a_sequence(), replace(EMAIL, send_at=None, open_on=None), a_mailbox())
    assert "It has no time yet" in words


def test_one_without_a_time_says_what_is_missing() -> None:
    timeless, closed = replace(EMAIL, send_at=None, open_on=None), date(2026, 12, 4)
    every_day = tuple(closed + timedelta(days=number) for number in range(420))
    for sequence, sends, words in (
        (a_sequence(), True, None),
        (a_sequence(), False, "no mailbox of the sequence sends now"),
        (a_sequence(closed_days=every_day), True, "no day to send on within a year"),
        (a_sequence(closed_days=every_day[:300]), True, None),
        (a_sequence(state=SequenceState.PAUSED), True, "once the sequence is resumed"),
    ):
        missing = what_is_missing(sequence, timeless, sends=sends)
        assert (missing is None) is (words is None)
        shown = why_this_time(sequence, timeless, None, missing=missing)
        assert (words or "within the hour") in shown
        assert ("within the hour" in shown) is (words is None)


def test_one_of_a_paused_sequence_says_that_it_waits() -> None:
    paused = a_sequence(state=SequenceState.PAUSED)
    assert why_this_time(paused, EMAIL, a_mailbox()).startswith("The sequence does not send now")
    sent = replace(EMAIL, status=EmailStatus.SENT)
    assert not why_this_time(paused, sent, a_mailbox()).startswith("The sequence does not send now")
