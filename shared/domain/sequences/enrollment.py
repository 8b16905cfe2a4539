"""An enrollment: one contact's place in a sequence."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct, field

from shared.domain.ids import computed_id


class EnrollmentState(StrEnum):
    """Whether more is to come for the contact."""

    ACTIVE = "active"
    COMPLETED = "completed"  # the last step was sent
    ENDED = "ended"  # before its last step, for the reason it says


class EndReason(StrEnum):
    """Why an enrollment ended before its last step."""

    REPLIED = "replied"
    UNSUBSCRIBED = "unsubscribed"
    BOUNCED = "bounced"
    FAILED = "failed"  # an email could not be sent, for good
    CONTACT_GONE = "contact_gone"
    REMOVED = "removed"  # by somebody of the company


END_WORDS = {
    EndReason.REPLIED: "The contact replied.",
    EndReason.UNSUBSCRIBED: "The contact refused further messages.",
    EndReason.BOUNCED: "Nothing reaches the address: an email came back for good.",
    EndReason.FAILED: "An email could not be sent.",
    EndReason.CONTACT_GONE: "The contact was deleted.",
    EndReason.REMOVED: "Somebody took the contact out.",
}


class Enrollment(Struct, frozen=True, kw_only=True):
    """One contact in one sequence. `id` is computed from both, so that nobody is enrolled twice.

    `current_step` is the position of the step that was sent last; 0 before the first. `mailbox_id` is the one
    of the first email, which all others come from. `sent_ids` are the messages that were sent, in order: the
    thread. `enrolling_id` is what brought them in. `subject` is the first one's, `next_email_id` the email
    that comes next. `step_ids` are the steps it has had, and `last_sent_at` is when the last one went out.
    `address_key` is equal for spellings of one address. `values` are what a file or list
    brought of who is no contact.
    """

    id: str
    sequence_id: str
    address: str
    address_key: str
    enrolled_at: datetime
    enrolling_id: str = ""
    contact_id: str | None = None
    time_zone: str = ""
    values: dict[str, str] = field(default_factory=dict)
    current_step: int = 0
    mailbox_id: str | None = None
    subject: str = ""
    sent_ids: tuple[str, ...] = ()
    step_ids: tuple[str, ...] = ()
    last_sent_at: datetime | None = None
    next_email_id: str | None = None
    state: EnrollmentState = EnrollmentState.ACTIVE
    completed_at: datetime | None = None
    ended_at: datetime | None = None
    end_reason: EndReason | None = None
    end_note: str = ""

    @property
    def is_active(self) -> bool:
        """Whether more is to come."""
        return self.state is EnrollmentState.ACTIVE


def enrollment_id(sequence_id: str, person_id: str) -> str:
    """One enrollment per sequence and person."""
    return computed_id(sequence_id, "enrollment", person_id)
