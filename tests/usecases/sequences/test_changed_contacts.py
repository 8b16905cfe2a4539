"""Contacts who are changed while they are in a sequence: another address, another zone, merged into one."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from shared.domain.contacts.contact import Contact, ContactAddress
from shared.domain.messages.message import Message
from shared.domain.messages.sending import IncomingMessage
from shared.domain.record import replace
from shared.domain.sequences.enrollment import EndReason, EnrollmentState
from shared.domain.sequences.same_person import MERGED
from shared.domain.sequences.scheduled_email import EmailStatus
from shared.usecases.answers.receive_reply import receive_reply
from shared.usecases.contacts.change_contacts import change_contacts
from shared.usecases.contacts.merge_contacts import MergeWish, merge_contacts
from tests.kit.sequence_records import EMAIL, STAFF
from tests.kit.sequences import PostOffice
from tests.usecases.sequences.conftest import MONDAY

ANA, ANNA, NEW = "ana@example.com", "anna@example.com", "ana.moss@example.com"
TUESDAY = MONDAY + timedelta(days=1)
LATER = MONDAY + timedelta(days=21)


async def change(office: PostOffice, **changes: Any) -> None:
    """Somebody of the company edits Ana."""

    def edited(contact: Contact | None) -> Contact:
        assert contact is not None
        return replace(contact, **changes)

    await change_contacts(office.runtime, office.company_id, {"ana": edited}, STAFF)


def at(*addresses: str) -> tuple[ContactAddress, ...]:
    return tuple(ContactAddress(channel=EMAIL, address=one, is_preferred=True) for one in addresses)


async def bodies(office: PostOffice, address: str) -> list[str]:
    return [one["body"].strip() for one in await office.clinic.accepted(address)]


async def reply(office: PostOffice, address: str, message: Message) -> None:
    """Somebody answers the message from that address."""
    incoming = IncomingMessage(
        from_address=address,
        body="Thanks.",
        provider_id="reply",
        to_address="desk@acme-clinics.com",
        answers_id=message.id,
    )
    await receive_reply(office.runtime, office.company_id, "mails", EMAIL, incoming)


async def merge(office: PostOffice) -> None:
    wish = MergeWish(survivor_id="anna", other_id="ana")
    await merge_contacts(office.runtime, office.company_id, "merge", wish, STAFF)


async def ends(office: PostOffice) -> dict[str, EndReason | None]:
    """By contact: why it ended; None of one who completed it."""
    people = await office.enrollments()
    assert not any(one.is_active for one in people)
    return {one.contact_id or "": one.end_reason for one in people}


async def test_another_address_gets_the_next_emails_in_the_thread_and_is_heard(office: PostOffice) -> None:
    await office.open()
    await office.enroll(*await office.know(ANA))
    await office.go_to(TUESDAY)
    await change(office, addresses=at(NEW))
    await office.go_to(MONDAY + timedelta(days=3))
    assert await bodies(office, ANA) == ["First to Ana."]
    assert await bodies(office, NEW) == ["Second to Ana."]
    [second] = await office.clinic.accepted(NEW)
    [first] = await office.clinic.accepted(ANA)
    assert second["headers"]["In-Reply-To"] == first["headers"]["Message-ID"]
    [enrollment] = await office.enrollments()
    assert (enrollment.address, enrollment.address_key) == (NEW, NEW)
    assert [one.address for one in await office.emails() if one.position == 3] == [NEW]
    await reply(office, NEW, (await office.messages())[-1])
    await office.go_to(LATER)
    assert await ends(office) == {"ana": EndReason.REPLIED}


async def test_one_more_address_changes_nothing_and_none_at_all_ends_it(office: PostOffice) -> None:
    await office.open()
    await office.enroll(*await office.know(ANA))
    await office.go_to(TUESDAY)
    await change(office, addresses=(*at(NEW), replace(at(ANA)[0], is_preferred=False)))
    await office.go_to(MONDAY + timedelta(days=3))
    assert await bodies(office, ANA) == ["First to Ana.", "Second to Ana."]
    await change(office, addresses=())
    await office.go_to(LATER)
    [enrollment] = await office.enrollments()
    assert (enrollment.end_reason, enrollment.end_note) == (
        EndReason.FAILED,
        "The contact has no email address any more.",
    )


async def test_who_lives_by_another_clock_now_is_written_to_by_that(office: PostOffice) -> None:
    await office.open()
    await office.enroll(*await office.know(ANA))
    await office.go_to(TUESDAY)
    tokyo = ZoneInfo("Asia/Tokyo")
    await change(office, time_zone="Asia/Tokyo")
    await office.go_to(LATER)
    times = [one.sent_at.astimezone(tokyo) for one in await office.messages() if one.sent_at]
    assert len(times) == 3
    assert all(9 <= one.hour < 17 and one.isoweekday() < 6 for one in times[1:])
    assert times[1] == datetime(2026, 12, 3, 9, tzinfo=tokyo)


@pytest.mark.parametrize("is_before", [True, False])
async def test_of_two_who_are_merged_one_goes_on_with_each_step_once(
    office: PostOffice, is_before: bool
) -> None:
    await office.open()
    await office.enroll(*await office.know(ANA, ANNA))
    if is_before:
        await merge(office)
        await office.go_to(TUESDAY)
    else:
        await office.go_to(TUESDAY)
        await merge(office)
    await office.go_to(LATER)
    assert await ends(office) == {"ana": EndReason.REMOVED, "anna": None}
    [note] = [one.end_note for one in await office.enrollments() if one.contact_id == "ana"]
    assert note == MERGED
    assert {one.status for one in await office.emails() if one.address == ANA} <= {
        EmailStatus.SENT,
        EmailStatus.CANCELED,
    }
    assert await bodies(office, ANA) == ([] if is_before else ["First to Ana."])
    assert await bodies(office, ANNA) == ["First to Anna.", "Second to Anna.", "Third to Anna."]


async def test_who_came_further_goes_on_and_a_second_enrolling_sends_nothing_twice(
    office: PostOffice,
) -> None:
    await office.open()
    await office.enroll(*await office.know(ANA))
    await office.go_to(TUESDAY)
    await office.know(ANNA)
    await merge(office)
    await office.enroll("anna")
    await office.go_to(LATER)
    assert await ends(office) == {"ana": None, "anna": EndReason.REMOVED}
    assert await bodies(office, ANA) == ["First to Ana.", "Second to Anna.", "Third to Anna."]
    assert await bodies(office, ANNA) == []


async def test_who_replied_before_the_merge_gets_no_more_at_the_other_address(office: PostOffice) -> None:
    await office.open()
    await office.enroll(*await office.know(ANA, ANNA))
    await office.go_to(TUESDAY)
    await reply(office, ANA, next(one for one in await office.messages() if one.address == ANA))
    await merge(office)
    await office.go_to(LATER)
    assert await ends(office) == {"ana": EndReason.REPLIED, "anna": EndReason.REMOVED}
    assert all(one.state is EnrollmentState.ENDED for one in await office.enrollments())
    assert await bodies(office, ANNA) == ["First to Anna."]
