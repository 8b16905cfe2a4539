"""A sequence over SMTP: what comes back to the mailbox settles what is unknown, ends it, or puts it off."""

import base64
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from msgspec import Struct

from infra.local.mail_host.client import MailHostClient, mail_host_client
from infra.local.mail_host.people import returned
from infra.local.mail_host.running import running_mail_host
from shared.domain.messages.message import Message, MessageState
from shared.domain.messages.webhook import WebhookRequest
from shared.domain.record import replace
from shared.domain.senders.sender import Provider
from shared.domain.sequences.enrollment import EndReason, Enrollment, EnrollmentState
from shared.providers.smtp.signature import ID, SIGNATURE, TIMESTAMP, signed
from shared.usecases.answers.check_webhook import WebhookRefused
from shared.usecases.answers.receive_webhook import find_listener, receive_webhook
from tests.kit.builders import an_email_sender
from tests.kit.receipts import record_waiting
from tests.kit.sequence_records import a_mailbox
from tests.kit.sequences import PostOffice
from tests.usecases.sequences.conftest import MONDAY

ANA = "ana@example.com"
TUESDAY = MONDAY + timedelta(days=1)
LATER = MONDAY + timedelta(days=14)
AUTOMATIC = "Auto-Submitted: auto-replied\r\n"


class Desk(Struct, frozen=True, kw_only=True):
    """A mailbox at a real mail server, and what comes back to it."""

    office: PostOffice
    host: MailHostClient
    secret: str

    async def message(self) -> Message:
        """The newest one."""
        return (await self.office.messages())[-1]

    async def enrollment(self) -> Enrollment:
        """Ana's."""
        [found] = await self.office.enrollments()
        return found

    async def write(self, text: str, headers: str = "", secret: str = "") -> None:
        """Ana answers the newest email."""
        answered = f"<rollcall.{(await self.message()).id}@acme-clinics.com>"
        head = (
            f"From: {ANA}\r\nTo: desk@acme-clinics.com\r\nSubject: Re: Hello\r\nIn-Reply-To: {answered}\r\n"
        )
        head += f"Message-ID: <{len(text)}@example.com>\r\n{headers}"
        await self.post(f"{head}\r\n{text}\r\n".encode(), secret)

    async def give_back(self, status: str, action: str = "failed") -> None:
        """A server says what became of the newest email."""
        raw = f"Message-ID: <rollcall.{(await self.message()).id}@acme-clinics.com>\r\n\r\nHello\r\n"
        mail = {"envelope_from": "in.desk@acme-clinics.com", "recipient": ANA, "raw": raw.encode()}
        said = f"550 {status} so it is"
        await self.post(returned(mail, status, said, action, self.office.clock.at.timestamp()))

    async def post(self, raw: bytes, secret: str = "") -> None:
        """Post a mail, signed."""
        runtime, company_id = self.office.runtime, self.office.company_id
        timestamp = str(int(self.office.clock.at.timestamp()))
        headers = {
            ID: "p1",
            TIMESTAMP: timestamp,
            SIGNATURE: signed(secret or self.secret, "p1", timestamp, raw),
        }
        listener = await find_listener(runtime, company_id, "mails", "mail", headers)
        request = WebhookRequest(
            url="", query={}, headers=headers, body=raw, received_at=self.office.clock.at
        )
        await receive_webhook(runtime, company_id, listener, request)
        await record_waiting(runtime, company_id)


@pytest_asyncio.fixture
async def desk(office: PostOffice, tmp_path: Path) -> AsyncIterator[Desk]:
    """Ana is in a sequence that is sent from a mailbox at the mail host."""
    async with (
        running_mail_host(tmp_path / "mail-host") as running,
        mail_host_client(running.address) as host,
    ):
        runtime, clinic = office.runtime, office.clinic
        urls = {**runtime.settings.provider_base_urls, "smtp": running.base_url}
        runtime.settings = replace(runtime.settings, provider_base_urls=urls)
        sender = replace(an_email_sender(), provider=Provider("smtp"))
        await office.stores.senders.save(office.company_id, sender.id, sender)
        fields = await host.add_mailbox(sender.address)
        await office.open(replace(a_mailbox(), provider=Provider("smtp"), email=sender.address))
        await clinic.set_credentials(sender.id, fields)
        await office.enroll(*await office.know(ANA))
        yield Desk(office=office, host=host, secret=fields["inbound_secret"])


async def test_three_steps_go_out_in_one_thread(desk: Desk) -> None:
    await desk.office.go_to(LATER)
    mails = await desk.host.mails()
    assert [one["body"] for one in mails] == ["First to Ana.", "Second to Ana.", "Third to Ana."]
    assert [one["subject"] for one in mails] == ["Hello Ana", "Re: Hello Ana", "Re: Hello Ana"]
    ids = [one["headers"]["Message-ID"] for one in mails]
    assert [one["headers"].get("In-Reply-To") for one in mails] == [None, *ids[:2]]
    assert mails[2]["headers"]["References"] == " ".join(ids[:2])
    assert (await desk.enrollment()).state is EnrollmentState.COMPLETED


async def test_a_lost_answer_holds_the_next_step_until_a_servers_note_settles_it(desk: Desk) -> None:
    await desk.host.ask_fault("content", "drop_accepted", left=1)
    await desk.office.go_to(TUESDAY)
    assert (await desk.message()).state is MessageState.UNKNOWN
    assert (await desk.enrollment()).current_step == 0
    await desk.give_back("4.4.1", "delayed")
    message = await desk.message()
    assert (message.state, message.sent_at) == (MessageState.SENT, message.sending_at)
    await desk.office.go_to(LATER)
    assert (await desk.enrollment()).state is EnrollmentState.COMPLETED
    assert len(await desk.host.mails()) == 3


async def test_a_reply_settles_what_is_unknown_and_ends_the_way(desk: Desk) -> None:
    await desk.host.ask_fault("content", "drop_accepted", left=1)
    await desk.office.go_to(TUESDAY)
    await desk.write("Yes, let us talk.")
    assert (await desk.message()).state is MessageState.SENT
    await desk.office.go_to(LATER)
    ended = await desk.enrollment()
    assert (ended.state, ended.end_reason) == (EnrollmentState.ENDED, EndReason.REPLIED)
    assert len(await desk.host.mails()) == 1


async def test_a_mail_that_comes_back_for_good_ends_the_way(desk: Desk) -> None:
    await desk.office.go_to(TUESDAY)
    await desk.give_back("5.1.1")
    message = await desk.message()
    assert (message.delivery, message.delivery_code) == ("undelivered", "5.1.1")
    await desk.office.go_to(LATER)
    assert (await desk.enrollment()).end_reason is EndReason.BOUNCED
    assert len(await desk.host.mails()) == 1


async def test_a_mailbox_that_is_full_ends_nothing(desk: Desk) -> None:
    await desk.office.go_to(TUESDAY)
    await desk.give_back("5.2.2")
    await desk.office.go_to(LATER)
    assert (await desk.enrollment()).state is EnrollmentState.COMPLETED


async def test_who_is_away_gets_the_next_step_later(desk: Desk) -> None:
    await desk.office.go_to(TUESDAY)
    await desk.write("I am away.", AUTOMATIC)
    await desk.office.go_to(MONDAY + timedelta(days=7))
    assert len(await desk.host.mails()) == 1  # the second would have been on Wednesday
    await desk.office.go_to(MONDAY + timedelta(days=21))
    assert (await desk.enrollment()).state is EnrollmentState.COMPLETED


async def test_what_another_signed_is_refused(desk: Desk) -> None:
    await desk.office.go_to(TUESDAY)
    other = "whsec_" + base64.b64encode(b"o" * 32).decode()
    with pytest.raises(WebhookRefused):
        await desk.write("I am Ana.", secret=other)
    assert (await desk.enrollment()).is_active


async def test_a_recipient_that_is_refused_for_good_ends_the_way(desk: Desk) -> None:
    await desk.host.ask_fault("recipient", "refuse", answer="550 5.1.1 No such user", left=1)
    await desk.office.go_to(LATER)
    message = await desk.message()
    assert message.state is MessageState.FAILED
    assert "No such user" in str(message.reason)
    assert not (await desk.enrollment()).is_active


COMPLAINT = """From: abuse@isp.example
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="B"

--B
Content-Type: message/feedback-report

Feedback-Type: abuse

--B
Content-Type: message/rfc822

Message-ID: <rollcall.{id}@acme-clinics.com>

Hello
--B--
"""


async def test_a_complaint_ends_the_way_and_settles_what_is_unknown(desk: Desk) -> None:
    await desk.host.ask_fault("content", "drop_accepted", left=1)
    await desk.office.go_to(TUESDAY)
    await desk.post(COMPLAINT.format(id=(await desk.message()).id).encode())
    assert (await desk.message()).state is MessageState.SENT
    await desk.office.go_to(LATER)
    assert (await desk.enrollment()).end_reason is EndReason.UNSUBSCRIBED
    assert len(await desk.host.mails()) == 1


async def test_stop_below_the_quote_ends_the_way(desk: Desk) -> None:
    await desk.office.go_to(TUESDAY)
    await desk.write(
        "On Mon, 30 Nov 2026 at 09:00, Desk <desk@acme-clinics.com> wrote:\n> Hello\n> Ana\n\nSTOP"
    )
    await desk.office.go_to(LATER)
    assert (await desk.enrollment()).end_reason is EndReason.UNSUBSCRIBED


async def test_what_the_mailbox_itself_wrote_is_nobodys_answer(desk: Desk) -> None:
    """Our own mail comes back, and a colleague's from the same mailbox: neither is Ana's."""
    await desk.office.go_to(MONDAY + timedelta(days=3))
    first, second = [one["headers"] for one in await desk.host.mails()]
    address = f"From: {second['From']}\r\nIn-Reply-To: {first['Message-ID']}\r\n"
    await desk.post(f"{address}Message-ID: {second['Message-ID']}\r\n\r\nSecond\r\n".encode())
    await desk.post(f"{address}Message-ID: <1@acme-clinics.com>\r\n\r\nHere is more.\r\n".encode())
    await desk.office.go_to(LATER)
    assert (await desk.enrollment()).state is EnrollmentState.COMPLETED
    assert len(await desk.host.mails()) == 3


async def test_an_answer_from_another_address_to_the_second_email_ends_the_way(desk: Desk) -> None:
    await desk.office.go_to(MONDAY + timedelta(days=3))
    ids = " ".join(one["headers"]["Message-ID"] for one in await desk.host.mails())
    head = f"From: ana.private@other.example\r\nReferences: {ids}\r\nMessage-ID: <1@other.example>\r\n"
    for _ in range(2):  # the same mail twice is one answer
        await desk.post(f"{head}\r\nLet us talk.\r\n".encode())
    [reply] = (await desk.office.stores.replies.page(desk.office.company_id, limit=10)).items
    assert (reply.address, reply.message_id) == (ANA, (await desk.message()).id)
    await desk.office.go_to(LATER)
    assert (await desk.enrollment()).end_reason is EndReason.REPLIED
    assert len(await desk.host.mails()) == 2
