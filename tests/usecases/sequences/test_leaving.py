"""What ends an enrollment before its last step, and what only puts its next email off."""

from datetime import timedelta
from typing import Any

import pytest

from shared.domain.messages.message import MessageState
from shared.domain.messages.sending import IncomingMessage
from shared.domain.messages.skip_reason import SkipReason
from shared.domain.sequences.enrollment import EndReason, EnrollmentState
from shared.domain.sequences.scheduled_email import EmailStatus
from shared.domain.sequences.sequence import Endings
from shared.usecases.answers.receive_reply import receive_reply
from shared.usecases.contacts.change_contacts import change_contacts
from shared.usecases.contacts.merge_contacts import MergeWish, merge_contacts
from shared.usecases.contacts.save_opt_out import save_opt_out
from shared.usecases.contacts.start_deletion import start_deletion
from shared.usecases.sending.dispatch_due_batches import dispatch_due_batches
from shared.usecases.sequences.advance_sequences import advance_sequences
from shared.usecases.sequences.end_enrollment import end_enrollment
from tests.kit.sequence_records import EMAIL, STAFF
from tests.kit.sequences import PostOffice
from tests.kit.signed_webhooks import sendgrid_posts
from tests.usecases.sequences.conftest import MONDAY

ANA = "ana@example.com"
TUESDAY = MONDAY + timedelta(days=1)
LATER = MONDAY + timedelta(days=14)
HARD = {"event": "bounce", "type": "bounce", "status": "5.1.1", "reason": "550 5.1.1 No such user"}


async def begun(office: PostOffice, **changes: Any) -> None:
    """The first email is out, the second is planned for Wednesday."""
    await office.open(**changes)
    await office.enroll(*await office.know(ANA))
    await office.go_to(TUESDAY)


async def write(office: PostOffice, body: str, **more: Any) -> None:
    """Ana answers the last email."""
    sent = (await office.messages())[-1]
    facts = {"provider_id": body, "to_address": "desk@acme-clinics.com", "answers_id": sent.id} | more
    incoming = IncomingMessage(from_address=ANA, body=body, **facts)
    await receive_reply(office.runtime, office.company_id, "mails", EMAIL, incoming)


async def end_of(office: PostOffice) -> tuple[EnrollmentState, EndReason | None]:
    [enrollment] = await office.enrollments()
    return enrollment.state, enrollment.end_reason


async def subjects(office: PostOffice) -> list[str]:
    return [one["body"].split()[0] for one in await office.clinic.accepted(ANA)]


async def test_who_replies_gets_no_further_step(office: PostOffice) -> None:
    await begun(office)
    await write(office, "Thanks, let us talk.")
    await office.tick()
    assert await end_of(office) == (EnrollmentState.ENDED, EndReason.REPLIED)
    assert [one.status for one in await office.emails()] == [EmailStatus.SENT, EmailStatus.CANCELED]
    await office.go_to(LATER)
    assert await subjects(office) == ["First"]


async def test_who_replies_as_the_next_is_on_the_queue_does_not_get_it(office: PostOffice) -> None:
    await begun(office)
    second = (await office.emails())[1]
    assert second.send_at is not None
    office.clock.at = second.send_at - timedelta(minutes=5)
    await advance_sequences(office.runtime, office.clock.at)
    assert (await office.emails())[1].status is EmailStatus.QUEUED
    await write(office, "Thanks, let us talk.")
    office.clock.at = second.send_at
    await dispatch_due_batches(office.runtime, office.clock.at)
    await office.tick()
    skipped = next(one for one in await office.messages() if one.state is MessageState.SKIPPED)
    assert skipped.reason == SkipReason.ANSWERED
    assert await end_of(office) == (EnrollmentState.ENDED, EndReason.REPLIED)
    assert await subjects(office) == ["First"]


async def test_a_sequence_may_go_on_after_a_reply(office: PostOffice) -> None:
    await begun(office, endings=Endings(at_reply=False))
    await write(office, "Thanks, let us talk.")
    await office.go_to(LATER)
    assert await end_of(office) == (EnrollmentState.COMPLETED, None)
    assert await subjects(office) == ["First", "Second", "Third"]


async def test_who_is_away_gets_the_next_one_later(office: PostOffice) -> None:
    await begun(office)
    await write(office, "I am on vacation.", is_automatic=True)
    await office.tick()
    moved = (await office.emails())[1]
    assert moved.due_at == TUESDAY + timedelta(days=7)
    assert "away" in moved.note
    assert (await end_of(office))[0] is EnrollmentState.ACTIVE
    await office.go_to(LATER + timedelta(days=7))
    assert await subjects(office) == ["First", "Second", "Third"]
    assert (await office.messages())[1].sent_at == TUESDAY.replace(hour=9) + timedelta(days=7)


@pytest.mark.parametrize("is_machine_first", [True, False])
async def test_who_writes_beside_a_machines_answer_has_replied(
    office: PostOffice, is_machine_first: bool
) -> None:
    await begun(office)
    for is_machine in (is_machine_first, not is_machine_first):
        await write(office, "I am away." if is_machine else "Let us talk.", is_automatic=is_machine)
        office.clock.at += timedelta(minutes=1)
    await office.tick()
    assert await end_of(office) == (EnrollmentState.ENDED, EndReason.REPLIED)


async def test_of_two_machines_answers_the_last_one_counts(office: PostOffice) -> None:
    await begun(office)
    for text in ("I am away.", "I am still away."):
        await write(office, text, is_automatic=True)
        office.clock.at += timedelta(minutes=1)
    await office.tick()
    assert (await office.emails())[1].due_at == TUESDAY + timedelta(days=7, minutes=1)


async def test_who_was_taken_out_gets_no_email_planned_again_that_missed_its_day(
    office: PostOffice,
) -> None:
    await begun(office)
    second = (await office.emails())[1]
    assert second.send_at is not None
    office.clock.at = second.send_at - timedelta(minutes=5)
    await advance_sequences(office.runtime, office.clock.at)
    assert (await office.emails())[1].status is EmailStatus.QUEUED
    await end_enrollment(office.runtime, office.company_id, "welcome", second.enrollment_id)
    office.clock.at = second.send_at + timedelta(hours=9)  # nothing ran all day
    await dispatch_due_batches(office.runtime, office.clock.at)
    await office.tick()
    assert [one.status for one in await office.emails()] == [EmailStatus.SENT, EmailStatus.CANCELED]
    assert await end_of(office) == (EnrollmentState.ENDED, EndReason.REMOVED)


@pytest.mark.parametrize("how", ["reply", "page", "bounce"])
async def test_who_refuses_or_is_out_of_reach_gets_no_more(office: PostOffice, how: str) -> None:
    await begun(office)
    if how == "reply":
        await write(office, "STOP")
    elif how == "page":
        await save_opt_out(office.runtime, office.company_id, EMAIL, ANA)
    else:
        sent = (await office.messages())[-1]
        facts = {"email": ANA, "rollcall_message_id": sent.id, "timestamp": 1, "sg_message_id": "s"}
        await sendgrid_posts(office.clinic, [facts | HARD])
    await office.tick()
    reason = EndReason.BOUNCED if how == "bounce" else EndReason.UNSUBSCRIBED
    assert await end_of(office) == (EnrollmentState.ENDED, reason)
    await office.go_to(LATER)
    assert await subjects(office) == ["First"]


async def test_a_contact_who_is_gone_gets_no_more(office: PostOffice) -> None:
    await begun(office)
    await change_contacts(office.runtime, office.company_id, {"ana": lambda _: None}, STAFF)
    await office.go_to(LATER)
    assert await end_of(office) == (EnrollmentState.ENDED, EndReason.CONTACT_GONE)
    assert await subjects(office) == ["First"]


async def test_who_is_merged_into_another_contact_stays_in_the_sequence(office: PostOffice) -> None:
    await begun(office)
    await office.know("anna@example.com")
    wish = MergeWish(survivor_id="anna", other_id="ana")
    await merge_contacts(office.runtime, office.company_id, "merge", wish, STAFF)
    await office.go_to(LATER)
    assert await end_of(office) == (EnrollmentState.COMPLETED, None)
    bodies = [one["body"].strip() for one in await office.clinic.accepted(ANA)]
    assert bodies == ["First to Ana.", "Second to Anna.", "Third to Anna."]


async def test_who_is_forgotten_leaves_no_trace_in_a_sequence(office: PostOffice) -> None:
    await begun(office)
    await start_deletion(office.runtime, office.company_id, EMAIL, ANA, "test")
    assert await office.enrollments() == []
    assert await office.emails() == []
    await office.go_to(LATER)
    assert await subjects(office) == ["First"]


async def test_an_email_that_cannot_be_written_ends_it_and_says_why(office: PostOffice) -> None:
    steps = (await office.open()).steps
    broken = (steps[0], steps[1].__class__(id="two", position=2, wait_days=2, content="{{ doctor }}"))
    await office.open(steps=broken)
    await office.enroll(*await office.know(ANA))
    await office.go_to(LATER)
    [enrollment] = await office.enrollments()
    assert (enrollment.state, enrollment.end_reason) == (EnrollmentState.ENDED, EndReason.FAILED)
    assert "'doctor'" in enrollment.end_note
    assert await subjects(office) == ["First"]
