"""Why an email goes out at its time, in words."""

from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from shared.domain.campaigns import window
from shared.domain.sequences.mailbox import Mailbox
from shared.domain.sequences.scheduled_email import EmailStatus, ScheduledEmail
from shared.domain.sequences.sequence import Sequence, SequenceState

_SOON = "It has no time yet: it is planned together with others, within the hour."
_HELD = "The sequence does not send now: this email waits, and gets another time if its own passes."


class Missing(StrEnum):
    """What is missing for an email to get its time, as a sentence."""

    RESUMED = "The sequence does not send now: it gets its time once the sequence is resumed."
    DAY = (
        "It has no time, as the sequence has no day to send on within a year: its days, its closed days and "
        "its holidays leave none. Change them."
    )
    MAILBOX = "It has no time, as no mailbox of the sequence sends now: resume one, or add another."


def why_this_time(
    sequence: Sequence,
    email: ScheduledEmail,
    mailbox: Mailbox | None,
    *,
    is_first_mailbox: bool = True,
    missing: Missing | None = None,
) -> str:
    """What led to the email's day, mailbox and second, as sentences.

    `is_first_mailbox`: it is the one that the first email came from, where that was sent. `missing` is what
    one without a time lacks, if it is not just new.
    """
    if email.send_at is None:
        return f"{_due(email)} {missing or _SOON}"
    held = _HELD if email.status is EmailStatus.PENDING and sequence.state is not SequenceState.ACTIVE else ""
    parts = (held, _due(email), _waited(email), _place(sequence, email, mailbox, is_first_mailbox))
    return " ".join(part for part in parts if part)


def what_is_missing(sequence: Sequence, email: ScheduledEmail, *, sends: bool) -> Missing | None:
    """What an email without a time lacks; `sends`: a mailbox of the pool does."""
    if sequence.state is not SequenceState.ACTIVE:
        return Missing.RESUMED
    if window.next_open(sequence.window, (email.time_zone,), email.due_at) is None:
        return Missing.DAY
    return None if sends else Missing.MAILBOX


def _due(email: ScheduledEmail) -> str:
    day = _day(email.due_at, email.time_zone)
    if email.note:
        return f"{email.note} It is due from {day} on."
    if email.is_follow_up:
        return f"By its wait days it is due on {day}."
    return f"It is the first email, due from {day} on."


def _waited(email: ScheduledEmail) -> str:
    if email.send_at is None or email.open_on is None:
        return ""
    zone = ZoneInfo(email.time_zone)
    due_on, sent_on = email.due_at.astimezone(zone).date(), email.send_at.astimezone(zone).date()
    parts = []
    if email.open_on > due_on:
        parts.append(f"The sequence next sends on {email.open_on:%A, %B} {email.open_on.day}.")
    if sent_on > email.open_on:
        whose = "its mailbox" if email.is_follow_up else "every mailbox of the sequence"
        parts.append(f"Until {_day(email.send_at, email.time_zone)} {whose} has no place left.")
    return " ".join(parts)


def _place(sequence: Sequence, email: ScheduledEmail, mailbox: Mailbox | None, is_first_mailbox: bool) -> str:
    if mailbox is None or email.send_at is None:
        return ""
    if not email.is_follow_up:
        whose = "which had most room"
    elif is_first_mailbox:
        whose = "which sent the first email"
    else:
        whose = "which took over from the mailbox of the first email"
    capacity = max(1, mailbox.capacity_on(email.send_at.astimezone(ZoneInfo(email.time_zone)).date()))
    return (
        f"It comes from {mailbox.email}, {whose}. That sends {capacity} a day at most, spread evenly from "
        f"{sequence.start_time:%H:%M} to {sequence.end_time:%H:%M} ({email.time_zone})."
    )


def _day(moment: datetime, time_zone: str) -> str:
    local = moment.astimezone(ZoneInfo(time_zone))
    return f"{local:%A, %B} {local.day}"
