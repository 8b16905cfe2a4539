"""Mail servers that refuse, cut, dawdle or talk nonsense: nothing is sent twice or lost in silence."""

from pathlib import Path

import pytest

from shared.domain.channels.channel import Channel
from shared.domain.messages.sending import Lesson, Outcome, SendResult
from shared.domain.record import replace
from shared.domain.senders.sender import Provider, Sender
from shared.providers.kit.asking import ProviderUnavailable, SenderRefused
from shared.providers.smtp.account import SmtpAccount
from shared.providers.smtp.client import SmtpSender
from shared.providers.smtp.credentials import SmtpCredentials
from tests.providers.smtp.conftest import DESK
from tests.providers.smtp.odd_server import CUT, SLOW, OddServer, odd_server
from tests.providers.smtp.test_sending import MAIL

PASSWORD = "s3cret-pw"
LOGIN = SmtpCredentials(host="smtp.example.com", username="desk", password=PASSWORD)
SENDER = Sender(id="mails", channel=Channel("email"), provider=Provider("smtp"), address=DESK)
TIMEOUT = 1.0
NOT, BROKEN, REJECTED, UNKNOWN = (
    Outcome.NOT_ACCEPTED,
    Outcome.SENDER_BROKEN,
    Outcome.REJECTED,
    Outcome.UNKNOWN,
)


async def sent(server: OddServer, login: SmtpCredentials = LOGIN) -> SendResult:
    found = await SmtpSender(login, server.url, TIMEOUT).send([MAIL])
    return found[MAIL.message_id]


@pytest.mark.parametrize(
    ("at", "answer", "outcome"),
    [
        ("greeting", b"421 4.3.2 busy\r\n", NOT),
        ("greeting", b"HTTP/1.1 400 Bad Request\r\n", NOT),
        ("greeting", SLOW + b"220 here\r\n", NOT),
        ("ehlo", b"250 here\r\n", BROKEN),  # without STARTTLS
        ("ehlo", b"250-here\r\n250 STARTTLS\r\n", BROKEN),  # and without a way to sign in
        ("starttls", b"454 4.7.0 TLS not available\r\n", NOT),
        ("starttls", b"554 no\r\n", BROKEN),
        ("starttls", CUT, NOT),
        ("auth", b"454 4.7.0 later\r\n", NOT),
        ("auth", b"534 5.7.9 app password needed\r\n", BROKEN),
        ("auth", b"535 5.7.8 no\r\n", BROKEN),
        ("auth", b"421 bye\r\n", NOT),
        ("auth", CUT, NOT),
        ("mail", b"421 closing\r\n", NOT),
        ("mail", b"452 4.3.1 rate\r\n", NOT),
        ("mail", b"552 5.3.4 too large\r\n", REJECTED),
        ("mail", b"550 5.1.90 daily limit\r\n", NOT),
        ("mail", SLOW + b"250 ok\r\n", NOT),
        ("rcpt", b"421 closing\r\n", NOT),
        ("rcpt", b"450 4.2.0 greylisted\r\n", NOT),
        ("rcpt", b"452 4.5.3 rate\r\n", NOT),
        ("rcpt", b"554 5.7.1 relay access denied\r\n", REJECTED),
        ("rcpt", b"nonsense\r\n", NOT),
        ("rcpt", CUT, NOT),
        ("data", b"421 closing\r\n", NOT),
        ("data", b"250 ok\r\n", NOT),
        ("data", SLOW + b"354 go\r\n", NOT),
        ("end", b"421 closing\r\n", NOT),
        ("end", b"552 5.3.4 too large\r\n", REJECTED),
        ("end", b"554 5.2.252 SendAsDenied\r\n", BROKEN),
        ("end", b"550 5.7.60 no permission to send as this sender\r\n", BROKEN),
        ("end", b"nonsense\r\n", UNKNOWN),
        ("end", b"354 more\r\n", UNKNOWN),
        ("end", SLOW + b"250 ok\r\n", UNKNOWN),
        ("end", CUT, UNKNOWN),
    ],
)
async def test_only_an_answer_to_the_mail_that_is_missing_leaves_it_unknown(
    tmp_path: Path, at: str, answer: bytes, outcome: Outcome
) -> None:
    async with odd_server(tmp_path, **{at: answer}) as server:
        result = await sent(server)
    assert result.outcome is outcome, result
    assert bool(server.mails) is (at == "end")


async def test_answers_of_several_lines_are_one(tmp_path: Path) -> None:
    lines = dict.fromkeys(("mail", "rcpt", "end"), b"250-a\r\n250-b\r\n250 c\r\n")
    greeting, data = b"220-a\r\n220 b\r\n", b"354-a\r\n354 b\r\n"
    async with odd_server(tmp_path, greeting=greeting, data=data, **lines) as server:
        assert (await sent(server)).outcome is Outcome.ACCEPTED


async def test_what_a_server_says_in_its_own_charset_can_be_stored(tmp_path: Path) -> None:
    said = "550 5.1.1 o usuário não existe\r\n".encode("latin-1")
    async with odd_server(tmp_path, rcpt=said) as server:
        result = await sent(server)
    assert (result.outcome, result.lesson) == (Outcome.REJECTED, Lesson.GONE)
    assert "o usuário não existe" in str(result.reason).encode().decode()


async def test_who_is_gone_is_known_by_words_where_there_is_no_status(tmp_path: Path) -> None:
    async with odd_server(tmp_path, rcpt=b"550 No such user here\r\n") as server:
        assert (await sent(server)).lesson is Lesson.GONE


@pytest.mark.parametrize(
    ("code", "error"), [(b"535 5.7.8", SenderRefused), (b"454 4.7.0", ProviderUnavailable)]
)
async def test_a_server_that_repeats_the_password_does_not_have_us_repeat_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], code: bytes, error: type[Exception]
) -> None:
    told = b"AUTH PLAIN AGRlc2sAczNjcmV0LXB3 czNjcmV0LXB3 s3cret-pw"
    async with odd_server(tmp_path, auth=code + b" not this: " + told + b"\r\n") as server:
        result = await sent(server)
        with pytest.raises(error) as caught:
            await SmtpAccount(LOGIN, server.url, TIMEOUT).problem(SENDER)
    assert told.split()[2] in b"".join(server.heard)
    shown = f"{result} {caught.value} {capsys.readouterr()}"
    assert "not this" in shown
    assert not any(word.decode() in shown for word in told.split()[2:])


@pytest.mark.parametrize("changes", [{"password": "pässwörd"}, {"username": "josé"}])
async def test_a_login_may_have_letters_of_all_scripts(tmp_path: Path, changes: dict[str, str]) -> None:
    async with odd_server(tmp_path) as server:
        assert (await sent(server, replace(LOGIN, **changes))).outcome is Outcome.ACCEPTED


async def test_a_server_with_anothers_certificate_gets_no_password(tmp_path: Path) -> None:
    async with odd_server(tmp_path) as server:
        found = await SmtpSender(LOGIN, server.url.replace("127.0.0.1", "127.0.0.2"), TIMEOUT).send([MAIL])
    assert found[MAIL.message_id].outcome is NOT
    assert not any(line.startswith(b"AUTH") for line in server.heard)
