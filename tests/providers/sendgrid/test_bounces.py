"""Which events say that nothing will ever reach an address. The answers are those mail servers give."""

import pytest

from shared.domain.messages.sending import Lesson
from shared.providers.sendgrid.bounces import lesson_of_event


@pytest.mark.parametrize(
    ("event", "is_hard"),
    [
        ({"status": "5.1.1", "reason": "550 5.1.1 The email account does not exist."}, True),
        ({"status": "5.0.0", "reason": "500 unknown recipient"}, True),
        ({"reason": "550 No such user here"}, True),
        ({}, True),  # SendGrid's own word for it is all there is
        ({"status": "5.1.10", "reason": "550 5.1.10 RESOLVER.ADR.RecipientNotFound"}, True),
        ({"status": "5.4.1", "reason": "550 5.4.1 Recipient address rejected: Access denied."}, True),
        ({"status": "5.2.1", "reason": "550 5.2.1 The email account is disabled."}, True),
        ({"status": "5.2.2", "reason": "552 5.2.2 The mailbox is full."}, False),
        ({"reason": "552 Mailbox full"}, False),
        ({"status": "4.2.2", "reason": "452 4.2.2 Over quota"}, False),
        ({"reason": "421 try again later"}, False),
        ({"status": "5.7.1", "reason": "550 5.7.1 Message rejected due to content"}, False),
        ({"status": "5.7.26", "reason": "550 5.7.26 Unauthenticated email"}, False),
        ({"status": "5.1.8", "reason": "550 5.1.8 Bad sender"}, False),
        ({"status": "5.3.4", "reason": "552 5.3.4 Message too big"}, False),
        ({"status": "5.4.7", "reason": "Delivery expired"}, False),
        ({"status": "5.0.0", "bounce_classification": "Reputation"}, False),
        ({"status": "5.0.0", "bounce_classification": "Technical"}, False),
        ({"status": "5.1.1", "bounce_classification": "Invalid Address"}, True),
        ({"bounce_classification": "Invalid Address"}, True),
        ({"status": "5.2.1", "bounce_classification": "Mailbox Unavailable"}, True),
        ({"status": "5.2.2", "bounce_classification": "Mailbox Unavailable"}, False),
        ({"bounce_classification": "Mailbox Unavailable"}, False),
        ({"status": "5.1.1", "bounce_classification": "Unclassified"}, True),
    ],
)
def test_a_bounce_is_hard_when_it_is_about_the_address(event: dict[str, str], is_hard: bool) -> None:
    assert lesson_of_event("bounce", event) is (Lesson.GONE if is_hard else None)
    assert lesson_of_event("blocked", event) is None


@pytest.mark.parametrize(
    ("reason", "lesson"),
    [
        ("Bounced Address", Lesson.GONE),
        ("Invalid", Lesson.GONE),
        ("Spam Reporting Address", Lesson.COMPLAINED),
        ("Unsubscribed Address", Lesson.REFUSED),
        ("Spam Content", None),
        ("Recipient List over Package Quota", None),
        (None, None),
    ],
)
def test_what_is_dropped_for_the_addresss_sake(reason: str | None, lesson: Lesson | None) -> None:
    assert lesson_of_event("dropped", {"reason": reason}) is lesson
