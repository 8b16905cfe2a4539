"""SMTP: what is sent, and what every way in which it fails proves, by a real server in its own process."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import pytest_asyncio

from infra.local.ports import HOST
from shared.domain.channels.channel import Channel
from shared.domain.messages.sending import Attachment, Lesson, Outcome, OutgoingMessage, SendResult
from shared.domain.record import replace
from shared.domain.senders.sender import Provider, Sender
from shared.providers.kit.asking import ProviderUnavailable, SenderRefused
from shared.providers.smtp.account import SmtpAccount
from shared.providers.smtp.client import SmtpSender
from tests.providers.smtp.conftest import DESK, PostOffice

pytestmark = pytest.mark.asyncio(loop_scope="package")
ANA = "ana@example-clinic.com"
MAIL = OutgoingMessage(
    message_id="m1",
    from_address=DESK,
    from_name="North Clinic, José",
    to_address=ANA,
    subject="Your visit, José",
    body="See you, José.\n.\n.. and a line that begins with a dot\n" + "long " * 400,
    html="<p>See you, José.</p>",
    headers={"List-Unsubscribe": "<https://r.example/u>"},
    attachments=(Attachment("map.pdf", "application/pdf", b"map"),),
)
TIMEOUT = 3.0


@pytest_asyncio.fixture(autouse=True, loop_scope="package")
async def _as_usual(post_office: PostOffice) -> AsyncIterator[None]:
    yield
    await post_office.host.clear_faults()
    await post_office.host.forget_mails()


async def send(post_office: PostOffice, *messages: OutgoingMessage, **changes: str) -> list[SendResult]:
    credentials = replace(post_office.credentials, **changes)
    found = await SmtpSender(credentials, post_office.base_url, TIMEOUT).send(messages)
    return [found[one.message_id] for one in messages]


async def test_a_mail_goes_out_with_all_its_parts_in_its_thread(post_office: PostOffice) -> None:
    follow_up = replace(MAIL, message_id="m3", thread_ids=("m1", "m2"), subject="Re: Your visit, José")
    first, second = await send(post_office, MAIL, follow_up)
    assert (first.outcome, first.provider_id) == (Outcome.ACCEPTED, "rollcall.m1@north-clinic.com")
    assert second.outcome is Outcome.ACCEPTED
    one, two = await post_office.host.mails()
    assert (one["recipient"], one["subject"], one["body"].splitlines()) == (
        ANA, MAIL.subject, MAIL.body.strip().splitlines(),
    )  # fmt: skip
    assert one["headers"]["From"] == '"North Clinic", José <desk@north-clinic.com>'
    assert one["headers"]["Reply-To"] == one["envelope_from"] == post_office.credentials.inbound_address
    assert one["headers"]["List-Unsubscribe"] == "<https://r.example/u>"
    assert one["headers"]["Message-ID"] == "<rollcall.m1@north-clinic.com>"
    ids = [f"<rollcall.{item_id}@north-clinic.com>" for item_id in ("m1", "m2")]
    assert (two["headers"]["In-Reply-To"], two["headers"]["References"]) == (ids[1], " ".join(ids))


@pytest.mark.parametrize(
    ("where", "answer", "outcome", "lesson"),
    [
        ("sender", "451 4.3.0 Later", Outcome.NOT_ACCEPTED, None),
        ("sender", "550 5.7.1 Not you", Outcome.SENDER_BROKEN, None),
        ("recipient", "450 4.2.0 Greylisted", Outcome.NOT_ACCEPTED, None),
        ("recipient", "550 5.1.1 User unknown", Outcome.REJECTED, Lesson.GONE),
        ("recipient", "552 5.2.2 Mailbox full", Outcome.REJECTED, None),
        ("recipient", "550 No", Outcome.REJECTED, None),
        ("start", "451 4.3.0 Later", Outcome.NOT_ACCEPTED, None),
        ("start", "554 5.5.1 No", Outcome.REJECTED, None),
        ("content", "452 4.3.1 Later", Outcome.NOT_ACCEPTED, None),
        ("content", "554 5.7.1 Spam", Outcome.REJECTED, None),
        ("content", "550 5.4.5 Daily limit", Outcome.NOT_ACCEPTED, None),
    ],
)
async def test_an_answer_that_refuses_proves_that_nothing_went_out(
    post_office: PostOffice, where: str, answer: str, outcome: Outcome, lesson: Lesson | None
) -> None:
    await post_office.host.ask_fault(where, "refuse", answer=answer, left=1)
    first, second = await send(post_office, MAIL, replace(MAIL, message_id="m2"))
    assert (first.outcome, first.lesson) == (outcome, lesson)
    assert answer[4:] in str(first.reason)
    assert second.outcome is Outcome.ACCEPTED  # on the same connection
    assert len(await post_office.host.mails()) == 1


@pytest.mark.parametrize("where", ["sender", "recipient", "start"])
async def test_a_connection_that_is_lost_before_the_mail_is_asked_for_is_safe(
    post_office: PostOffice, where: str
) -> None:
    await post_office.host.ask_fault(where, "drop", left=1)
    results = await send(post_office, MAIL, replace(MAIL, message_id="m2"))
    assert [one.outcome for one in results] == [Outcome.NOT_ACCEPTED] * 2
    assert await post_office.host.mails() == []


@pytest.mark.parametrize(("how", "count"), [("drop", 0), ("drop_accepted", 1)])
async def test_an_answer_that_is_lost_after_the_mail_is_unknown(
    post_office: PostOffice, how: str, count: int
) -> None:
    await post_office.host.ask_fault("content", how, left=1)
    first, second = await send(post_office, MAIL, replace(MAIL, message_id="m2"))
    assert (first.outcome, second.outcome) == (Outcome.UNKNOWN, Outcome.NOT_ACCEPTED)
    assert len(await post_office.host.mails()) == count


async def test_who_may_not_sign_in_sends_nothing(post_office: PostOffice) -> None:
    [result] = await send(post_office, MAIL, password="wrong")
    assert result.outcome is Outcome.SENDER_BROKEN
    assert "user name and password" in str(result.reason)


async def test_what_cannot_be_written_fails_alone(post_office: PostOffice) -> None:
    wrong = replace(MAIL, message_id="m0", from_name="North\r\nBcc: eve@example.com")
    other = replace(MAIL, message_id="m2", to_address="josé@example.com")
    results = await send(post_office, wrong, other, MAIL)
    assert [one.outcome for one in results] == [Outcome.REJECTED, Outcome.REJECTED, Outcome.ACCEPTED]


async def test_a_certificate_that_nobody_vouches_for_is_not_trusted(post_office: PostOffice) -> None:
    port = post_office.base_url.partition("?")[0]
    found = await SmtpSender(post_office.credentials, port, TIMEOUT).send([MAIL])
    assert (found["m1"].outcome, found["m1"].code) == (Outcome.NOT_ACCEPTED, "certificate")
    assert await post_office.host.mails() == []


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1.nip.invalid", "ip6-localhost"])
async def test_a_company_names_no_server_inside_the_network(post_office: PostOffice, host: str) -> None:
    credentials = replace(post_office.credentials, host=host)
    found = await SmtpSender(credentials, "", TIMEOUT).send([MAIL])
    assert found["m1"].outcome in (Outcome.SENDER_BROKEN, Outcome.NOT_ACCEPTED)
    if host == "localhost":
        assert found["m1"].code == "forbidden host"


async def test_without_starttls_no_password_leaves(post_office: PostOffice) -> None:
    async with plain_server() as (url, heard):
        found = await SmtpSender(post_office.credentials, url, TIMEOUT).send([MAIL])
        assert (found["m1"].outcome, found["m1"].code) == (Outcome.SENDER_BROKEN, "no STARTTLS")
        assert "STARTTLS" in str(await SmtpAccount(post_office.credentials, url, TIMEOUT).problem(sender()))
    assert not any(line.upper().startswith(b"AUTH") for line in heard)


async def test_a_server_that_is_not_there_or_says_nothing_is_safe(post_office: PostOffice) -> None:
    with socket.socket() as silent:
        silent.bind((HOST, 0))
        silent.listen()
        url = f"smtp://{HOST}:{silent.getsockname()[1]}"
        found = await SmtpSender(post_office.credentials, url, 0.3).send([MAIL])
        assert found["m1"].outcome is Outcome.NOT_ACCEPTED
        with pytest.raises(ProviderUnavailable):
            await SmtpAccount(post_office.credentials, url, 0.3).problem(sender())
    found = await SmtpSender(post_office.credentials, url, TIMEOUT).send([MAIL])
    assert found["m1"].outcome is Outcome.NOT_ACCEPTED


async def test_the_account_is_asked_before_anything_is_sent(post_office: PostOffice) -> None:
    account = SmtpAccount(post_office.credentials, post_office.base_url, TIMEOUT)
    assert await account.problem(sender()) is None
    assert await account.remarks(sender()) == ()
    wrong = replace(post_office.credentials, password="wrong")
    with pytest.raises(SenderRefused, match="user name and password"):
        await SmtpAccount(wrong, post_office.base_url, TIMEOUT).problem(sender())
    alone = replace(post_office.credentials, inbound_address="", inbound_secret="")
    other = SmtpAccount(alone, post_office.base_url, TIMEOUT)
    assert "not owned by user" in str(await other.problem(sender(address="boss@north-clinic.com")))
    assert "inbound_secret" in (await other.remarks(sender()))[0]
    assert await post_office.host.mails() == []


def sender(**changes: Any) -> Sender:
    facts = Sender(id="mails", channel=Channel("email"), provider=Provider("smtp"), address=DESK)
    return replace(facts, **changes)


@asynccontextmanager
async def plain_server() -> AsyncIterator[tuple[str, list[bytes]]]:
    """A server that offers a way to sign in on an open line, and no STARTTLS; what it heard."""
    heard: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 here\r\n")
        while line := await reader.readline():
            heard.append(line)
            writer.write(b"250-here\r\n250 AUTH PLAIN LOGIN\r\n")
        writer.close()

    server = await asyncio.start_server(talk, HOST, 0)
    async with server:
        yield f"smtp://{HOST}:{server.sockets[0].getsockname()[1]}", heard
