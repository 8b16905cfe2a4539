"""Records of sequences to test with."""

from datetime import time
from typing import Any

from shared.domain.campaigns.audience import PeopleAudience
from shared.domain.channels.channel import Channel
from shared.domain.contacts.contact_changes import Author, ChangedBy
from shared.domain.record import replace
from shared.domain.senders.sender import Provider
from shared.domain.sequences.enrolling import Enrolling
from shared.domain.sequences.enrollment import Enrollment
from shared.domain.sequences.mailbox import Mailbox
from shared.domain.sequences.scheduled_email import ScheduledEmail
from shared.domain.sequences.sequence import Sequence, SequenceState, SequenceStep
from tests.kit.builders import NOON

EMAIL = Channel("email")
NEW_YORK = "America/New_York"
STAFF = Author(kind=ChangedBy.API_KEY, id="test")
STEPS = (
    SequenceStep(id="one", position=1, subject="Hello {{ name }}", content="First to {{ name }}."),
    SequenceStep(id="two", position=2, wait_days=2, content="Second to {{ name }}."),
    SequenceStep(id="three", position=3, wait_days=3, content="Third to {{ name }}."),
)


def a_sequence(**changes: Any) -> Sequence:
    """Three emails in a thread, on working days from nine to five in New York."""
    sequence = Sequence(
        id="welcome",
        name="Welcome",
        start_time=time(9),
        end_time=time(17),
        time_zone=NEW_YORK,
        steps=STEPS,
        mailbox_ids=("mails",),
        state=SequenceState.ACTIVE,
        created_at=NOON,
        updated_at=NOON,
    )
    return replace(sequence, **changes)


def a_mailbox(**changes: Any) -> Mailbox:
    mailbox = Mailbox(
        id="mails",
        email="desk@acme-clinics.com",
        provider=Provider("sendgrid"),
        daily_capacity=30,
        created_at=NOON,
    )
    return replace(mailbox, **changes)


def an_enrollment(**changes: Any) -> Enrollment:
    enrollment = Enrollment(
        id="enrollment",
        sequence_id="welcome",
        address="eva@example.com",
        address_key="eva@example.com",
        enrolled_at=NOON,
    )
    return replace(enrollment, **changes)


def an_enrolling(**changes: Any) -> Enrolling:
    enrolling = Enrolling(
        id="enrolling", sequence_id="welcome", audience=PeopleAudience(include=()), created_at=NOON
    )
    return replace(enrolling, **changes)


def a_scheduled_email(**changes: Any) -> ScheduledEmail:
    email = ScheduledEmail(
        id="email",
        enrollment_id="enrollment",
        sequence_id="welcome",
        step_id="one",
        position=1,
        address="eva@example.com",
        time_zone=NEW_YORK,
        due_at=NOON,
        created_at=NOON,
        mailbox_id="mails",
        send_at=NOON,
    )
    return replace(email, **changes)
