"""A scheduled email: one planned send of a sequence, with its mailbox and its exact time."""

from datetime import date, datetime, timedelta
from enum import StrEnum

from msgspec import Struct

from shared.domain.ids import computed_id

# One that is later than that has lost its place between the others of its mailbox.
LATE = timedelta(minutes=10)


class EmailStatus(StrEnum):
    """Where an email is. `PENDING` alone is planned and may be planned anew."""

    PENDING = "pending"
    QUEUED = "queued"  # a message of the send path, which says from here on what becomes of it
    SENT = "sent"
    FAILED = "failed"
    CANCELED = "canceled"


class ScheduledEmail(Struct, frozen=True, kw_only=True):
    """One email of one enrollment.

    `due_at` is from when on it may go, by its wait days; `mailbox_id` and `send_at` are None until it is
    planned. `is_follow_up`: another step was sent before. `waits` are the wait days of the steps behind it.
    `message_id` is that of the message it became; each try that came to nothing counts as an `attempt`.
    `open_on` is the first day on which the sequence sends from `due_at` on, in the zone whose clock counts.
    """

    id: str
    enrollment_id: str
    sequence_id: str
    step_id: str
    position: int
    address: str
    time_zone: str
    due_at: datetime
    created_at: datetime
    mailbox_id: str | None = None
    send_at: datetime | None = None
    status: EmailStatus = EmailStatus.PENDING
    is_follow_up: bool = False
    waits: tuple[int, ...] = ()
    attempt: int = 0
    message_id: str | None = None
    open_on: date | None = None
    note: str = ""

    @property
    def is_planned(self) -> bool:
        """Whether it has its mailbox and time."""
        return self.send_at is not None

    def is_late(self, now: datetime) -> bool:
        """Whether its time has passed by so much that it is to be planned anew."""
        return self.status is EmailStatus.PENDING and self.send_at is not None and self.send_at < now - LATE


def email_id(enrollment_id: str, step_id: str) -> str:
    """One email per enrollment and step."""
    return computed_id(enrollment_id, "email", step_id)


def message_id(email: ScheduledEmail) -> str:
    """The id of the message that this try of the email becomes."""
    return computed_id(email.id, "message", email.attempt)
