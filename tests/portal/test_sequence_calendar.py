"""The calendar of planned emails: what comes next, and a way back; and how mailboxes are."""

import re
from datetime import timedelta

from shared.domain.companies.user import Role
from shared.domain.messages.message import MessageState
from shared.domain.messages.sending import Delivery
from shared.domain.sequences.scheduled_email import EmailStatus
from tests.kit.api.office import OURS, Office
from tests.kit.builders import NOON, a_message, an_email_sender
from tests.kit.sequence_records import a_scheduled_email
from tests.portal.conftest import SignedIn

CALENDAR = "/sequences/calendar"


async def _emails(office: Office, *minutes: int) -> None:
    for minute in minutes:
        status = EmailStatus.SENT if minute < 0 else EmailStatus.PENDING
        email = a_scheduled_email(
            id=f"at-{minute}",
            address=f"at{minute}@example.com",
            sequence_id=f"sequence-{OURS}",
            mailbox_id=f"mailbox-{OURS}",
            send_at=office.runtime.now() + timedelta(minutes=minute),
            status=status,
        )
        await office.stores.scheduled_emails.save(OURS, email.id, email)


def _shown(text: str) -> list[int]:
    return [int(one) for one in re.findall(r">at(-?\d+)@example\.com<", text)]


async def test_today_begins_with_what_comes_next_and_leads_back(office: Office, signed_in: SignedIn) -> None:
    office.runtime.now = lambda: NOON
    await _emails(office, -90, -30, *range(1, 40))
    viewer = await signed_in(Role.VIEWER)
    page = await viewer.get(CALENDAR)
    assert "eva@example.com" in page.text  # the office's own, at noon
    assert _shown(page.text) == list(range(1, 25))
    [more] = re.findall(r'href="(/sequences/calendar\?[^"]*cursor=[^"]*)"', page.text)
    following = await viewer.get(more.replace("&amp;", "&"))
    assert _shown(following.text) == list(range(25, 40))
    [whole] = re.findall(r'href="(\?day=[^"]*all=yes)"', page.text)
    every = await viewer.get(CALENDAR + whole.replace("&amp;", "&"))
    assert _shown(every.text)[:3] == [-90, -30, 1]
    [before] = re.findall(r'href="(\?day=[^"]*)">The day before', page.text)
    assert _shown((await viewer.get(CALENDAR + before)).text) == []


async def test_a_mailbox_shows_what_came_back_and_its_last_error(office: Office, signed_in: SignedIn) -> None:
    now = office.runtime.now()
    mailbox_id = f"mailbox-{OURS}"
    sender = an_email_sender(id=mailbox_id, is_paused=True, paused_reason="The password is wrong.")
    await office.stores.senders.save(OURS, mailbox_id, sender)
    outcomes = [(MessageState.SENT, Delivery.DELIVERED)] * 3 + [(MessageState.SENT, Delivery.UNDELIVERED)]
    for number, (state, delivery) in enumerate([*outcomes, (MessageState.FAILED, None)]):
        message = a_message(
            id=f"of-{number}",
            sender_id=mailbox_id,
            state=state,
            delivery=delivery,
            created_at=now - timedelta(days=number),
            reason="550 No such user here." if delivery is None else None,
        )
        await office.stores.messages.save(OURS, message.id, message)
    found = (await office.get(f"/v1/mailboxes/{mailbox_id}/health")).json()
    assert (found["sent"], found["bounced"], found["bounce_rate"]) == (4, 1, 0.25)
    assert (found["replied"], found["reply_rate"]) == (0, 0.0)
    assert (found["is_sending"], found["is_paused_by_itself"]) == (False, True)
    assert found["last_error"] == "550 No such user here."
    viewer = await signed_in(Role.VIEWER)
    page = (await viewer.get(f"/mailboxes/{mailbox_id}")).text
    assert "25.0 %" in page
    assert "550 No such user here." in page
    assert "It paused by itself" in page
    later = now + timedelta(days=30)
    office.runtime.now = lambda: later
    quiet = (await office.get(f"/v1/mailboxes/{mailbox_id}/health")).json()
    assert (quiet["sent"], quiet["bounce_rate"], quiet["last_error_at"]) == (0, None, None)
