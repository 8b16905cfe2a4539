"""What an account says of a sender: each way not to be able to send, and answers that are none."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web

from shared.domain.senders.sender import Sender
from shared.providers.kit import http
from shared.providers.kit.adapters import ProviderAccount
from shared.providers.kit.asking import NotServed, ProviderUnavailable, SenderRefused
from shared.providers.sendgrid.account import LISTED, SendGridAccount
from shared.providers.twilio.account import TwilioAccount
from shared.providers.twilio.credentials import TwilioCredentials
from tests.kit.builders import an_email_sender, an_sms_sender

Answers = dict[str, tuple[int, Any]]
ACCOUNT = "/2010-04-01/Accounts/AC1.json"
NUMBERS = "/2010-04-01/Accounts/AC1/IncomingPhoneNumbers.json"
SCOPES, SENDERS, DOMAINS = "/v3/scopes", "/v3/verified_senders", "/v3/whitelabel/domains"
SMS, MAIL = an_sms_sender(), an_email_sender()


@pytest_asyncio.fixture
async def answers() -> AsyncIterator[Answers]:
    """What the provider answers by path; a good account of each provider until a test changes it."""
    number = {"phone_number": SMS.address, "capabilities": {"sms": True}, "sid": "PN1"}
    found: Answers = {
        ACCOUNT: (200, {"sid": "AC1", "status": "active"}),
        NUMBERS: (200, {"incoming_phone_numbers": [number], "next_page_uri": None}),
        SCOPES: (200, {"scopes": ["mail.send"]}),
        SENDERS: (200, {"results": [{"from_email": MAIL.address, "verified": True}]}),
        DOMAINS: (200, []),
    }

    asked: list[tuple[str, str]] = []
    found["asked"] = (0, asked)  # each path, and how the request was signed

    async def answer(request: web.Request) -> web.Response:
        asked.append((request.path, request.headers.get("Authorization", "")))
        status, content = found[request.path]
        return web.json_response(content, status=status)

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    found["address"] = (0, f"http://127.0.0.1:{runner.addresses[0][1]}")
    yield found
    await http.aclose()
    await runner.cleanup()


def twilio(answers: Answers) -> ProviderAccount:
    credentials = TwilioCredentials(account_sid="AC1", auth_token="token")
    return TwilioAccount(credentials, answers["address"][1], 5.0)


def sendgrid(answers: Answers) -> ProviderAccount:
    return SendGridAccount("SG.key", answers["address"][1], 5.0)


async def test_a_good_account_has_no_problem(answers: Answers) -> None:
    assert await twilio(answers).problem(SMS) is None
    assert await sendgrid(answers).problem(MAIL) is None


def numbers(**changes: object) -> tuple[int, Any]:
    number = {"phone_number": SMS.address, "capabilities": {"sms": True}, **changes}
    return 200, {"incoming_phone_numbers": [number], "next_page_uri": None}


def verified(*addresses: str, is_verified: bool = True) -> tuple[int, Any]:
    return 200, {"results": [{"from_email": address, "verified": is_verified} for address in addresses]}


@pytest.mark.parametrize(
    ("path", "answer", "expected"),
    [
        (ACCOUNT, (200, {"sid": "AC1", "status": "closed"}), "account is closed"),
        (NUMBERS, (200, {"incoming_phone_numbers": [], "next_page_uri": None}), "does not belong"),
        (NUMBERS, numbers(phone_number="+12125550199"), "does not belong"),
        (NUMBERS, numbers(capabilities={"voice": True}), "cannot send text messages"),
        (NUMBERS, numbers(capabilities=None), "cannot send text messages"),
    ],
)
async def test_what_twilio_knows_against_a_number(
    answers: Answers, path: str, answer: tuple[int, Any], expected: str
) -> None:
    answers[path] = answer
    assert expected in (await twilio(answers).problem(SMS) or "")


@pytest.mark.parametrize(
    ("path", "answer", "expected"),
    [
        (SCOPES, (200, {"scopes": ["mail.batch.read"]}), "permission Mail Send"),
        (SCOPES, (200, {}), "permission Mail Send"),
        (SCOPES, (403, {}), "permission Mail Send"),
        (SENDERS, verified("other@acme-clinics.com"), "has not verified"),
        (SENDERS, verified(MAIL.address, is_verified=False), "has not verified"),
    ],
)
async def test_what_sendgrid_knows_against_a_mailbox(
    answers: Answers, path: str, answer: tuple[int, Any], expected: str
) -> None:
    answers[path] = answer
    assert expected in (await sendgrid(answers).problem(MAIL) or "")


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        (SENDERS, (403, {})),
        (SENDERS, (200, {"results": []})),
        (SENDERS, verified(*(f"m{number}@acme-clinics.com" for number in range(LISTED)))),
        (DOMAINS, (200, [{"domain": "Acme-Clinics.com", "valid": True}])),
    ],
    ids=["may not look", "nothing listed", "more than is listed", "its domain"],
)
async def test_what_proves_nothing_against_a_mailbox(
    answers: Answers, path: str, answer: tuple[int, Any]
) -> None:
    answers[SENDERS] = verified("other@acme-clinics.com")
    answers[path] = answer
    assert await sendgrid(answers).problem(MAIL) is None


@pytest.mark.parametrize(
    ("account", "sender", "path"), [(twilio, SMS, ACCOUNT), (twilio, SMS, NUMBERS), (sendgrid, MAIL, SCOPES)]
)
@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ((401, {"code": 20003, "message": "Authenticate"}), SenderRefused),
        ((404, {}), NotServed),
        ((429, {"code": 20429, "message": "Too Many Requests"}), ProviderUnavailable),
        ((500, {}), ProviderUnavailable),
        ((200, []), ProviderUnavailable),
        ((200, "nonsense"), ProviderUnavailable),
        ((200, {"scopes": None, "results": None}), ProviderUnavailable),
    ],
)
async def test_an_answer_that_is_none_is_no_proof_of_anything(
    answers: Answers,
    account: Callable[[Answers], ProviderAccount],
    sender: Sender,
    path: str,
    answer: tuple[int, Any],
    error: type[Exception],
) -> None:
    if path == ACCOUNT and answer == (200, {"scopes": None, "results": None}):
        answer = (200, {"status": None})
    answers[path] = answer
    with pytest.raises(error):
        await account(answers).problem(sender)


@pytest.mark.parametrize("path", [SENDERS, DOMAINS])
@pytest.mark.parametrize("content", [[1], {"results": [{"verified": True}]}, {"results": 5}, "text"])
async def test_a_list_that_cannot_be_read_is_no_proof_either(
    answers: Answers, path: str, content: object
) -> None:
    answers[path] = (200, content)
    with pytest.raises(ProviderUnavailable):
        await sendgrid(answers).problem(MAIL)


async def test_both_are_asked_with_the_senders_own_credentials(answers: Answers) -> None:
    await twilio(answers).problem(SMS)
    await sendgrid(answers).problem(MAIL)
    signed = dict(answers["asked"][1])
    assert signed[ACCOUNT] == signed[NUMBERS] == "Basic QUMxOnRva2Vu"  # AC1:token
    assert signed[SCOPES] == signed[SENDERS] == signed[DOMAINS] == "Bearer SG.key"
