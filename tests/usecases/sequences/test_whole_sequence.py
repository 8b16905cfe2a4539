"""A sequence from enrolling to its last step: at the right times, in one thread, on the one send path."""

from datetime import timedelta

from shared.domain.messages.message import MessageState
from shared.domain.sequences.enrollment import EnrollmentState
from shared.domain.sequences.scheduled_email import EmailStatus
from tests.kit.sequences import PostOffice
from tests.usecases.sequences.conftest import MONDAY


async def test_a_contact_gets_all_three_steps_at_their_times_in_one_thread(office: PostOffice) -> None:
    await office.open()
    await office.enroll(*await office.know("ana@example.com"))
    [email] = await office.emails()
    assert (email.send_at, email.mailbox_id, email.status) == (
        MONDAY.replace(hour=9), "mails", EmailStatus.PENDING,
    )  # fmt: skip
    await office.go_to(MONDAY + timedelta(days=14))
    sent = await office.messages()
    assert [(one.state, one.sent_at) for one in sent] == [
        (MessageState.SENT, MONDAY.replace(hour=9)),
        (MessageState.SENT, MONDAY.replace(hour=9) + timedelta(days=2)),
        (MessageState.SENT, MONDAY.replace(hour=9) + timedelta(days=7)),  # five days on is a Saturday
    ]
    accepted = await office.clinic.accepted("ana@example.com")
    assert [(one["subject"], one["body"].strip()) for one in accepted] == [
        ("Hello Ana", "First to Ana."),
        ("Re: Hello Ana", "Second to Ana."),
        ("Re: Hello Ana", "Third to Ana."),
    ]
    first, second, third = (one["headers"]["Message-ID"] for one in accepted)
    assert "In-Reply-To" not in accepted[0]["headers"]
    threads = [(one["headers"]["In-Reply-To"], one["headers"]["References"]) for one in accepted[1:]]
    assert threads == [(first, first), (second, f"{first} {second}")]
    assert third.startswith(f"<rollcall.{sent[2].id}@")
    [enrollment] = await office.enrollments()
    assert (enrollment.state, enrollment.current_step) == (EnrollmentState.COMPLETED, 3)
    assert enrollment.completed_at == sent[-1].sent_at
    assert enrollment.sent_ids == tuple(one.id for one in sent)
    assert [one.status for one in await office.emails()] == [EmailStatus.SENT] * 3
