"""What an account says of a messaging service and of a short code, and what is worth knowing of them."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from twilio.rest import Client

from shared.domain.senders.sender import Sender
from shared.providers.kit import http
from shared.providers.kit.adapters import ProviderAccount
from shared.providers.kit.asking import NotServed, ProviderUnavailable
from shared.providers.twilio.account import TwilioAccount
from shared.providers.twilio.client import open_client
from shared.providers.twilio.credentials import TwilioCredentials
from shared.providers.twilio.services import messaging
from tests.kit.builders import an_sms_sender

Answers = dict[str, tuple[int, Any]]
CREDENTIALS = TwilioCredentials(account_sid="AC1", auth_token="token")
ACCOUNT = "/2010-04-01/Accounts/AC1"
SERVICE = "MG" + "0a" * 16
POOL = f"/v1/Services/{SERVICE}"
CAMPAIGN, TOLL_FREE = f"{POOL}/Compliance/Usa2p", "/v1/Tollfree/Verifications"
BY_SERVICE, BY_CODE = an_sms_sender(address=SERVICE), an_sms_sender(address="12345")
FREE = an_sms_sender(address="+18005550123")
US_NUMBER = {"sid": "PN1", "phone_number": "+12125550100", "country_code": "US"}
CODE = {"sid": "SC1", "short_code": "12345", "country_code": "US"}
SETTINGS = {
    "sid": SERVICE,
    "smart_encoding": False,
    "inbound_request_url": "https://rollcall.example/messages/incoming",
    "us_app_to_person_registered": False,
}
ENCODING_OFF = "Smart encoding is off in the messaging service: what was previewed is what is sent."
UNKNOWN = (404, {"code": 20404, "message": "not found"})


def listed(key: str, *items: dict[str, Any]) -> tuple[int, Any]:
    return 200, {key: list(items), "meta": {"key": key, "next_page_url": None}}


@pytest_asyncio.fixture
async def answers() -> AsyncIterator[Answers]:
    """What Twilio answers by path; a good service of one number until a test changes it."""
    number = {"phone_number": FREE.address, "capabilities": {"sms": True}, "sid": "PN8"}
    found: Answers = {
        f"{ACCOUNT}.json": (200, {"sid": "AC1", "status": "active"}),
        f"{ACCOUNT}/IncomingPhoneNumbers.json": (200, {"incoming_phone_numbers": [number]}),
        f"{ACCOUNT}/SMS/ShortCodes.json": (200, {"short_codes": [CODE]}),
        POOL: (200, SETTINGS),
        f"{POOL}/PhoneNumbers": listed("phone_numbers", US_NUMBER),
        f"{POOL}/ShortCodes": listed("short_codes"),
        f"{POOL}/AlphaSenders": listed("alpha_senders"),
        CAMPAIGN: listed("compliance", {"sid": "QE1", "campaign_status": "VERIFIED"}),
        TOLL_FREE: listed("verifications"),
    }

    async def answer(request: web.Request) -> web.Response:
        status, content = found[request.path]
        return web.json_response(content, status=status)

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    found["address"] = (0, f"http://127.0.0.1:{runner.addresses[0][1]}/")
    yield found
    await http.aclose()
    await runner.cleanup()


def account(answers: Answers) -> ProviderAccount:
    return TwilioAccount(CREDENTIALS, answers["address"][1], 5.0)


async def remarks(answers: Answers, sender: Sender = BY_SERVICE) -> list[str]:
    return list(await account(answers).remarks(sender))


@pytest.mark.parametrize("sender", [BY_SERVICE, BY_CODE, FREE], ids=["service", "short code", "toll-free"])
async def test_what_the_account_has_can_send(answers: Answers, sender: Sender) -> None:
    assert await account(answers).problem(sender) is None


async def test_a_short_code_of_others_cannot(answers: Answers) -> None:
    answers[f"{ACCOUNT}/SMS/ShortCodes.json"] = (200, {"short_codes": [CODE | {"short_code": "123456"}]})
    assert await account(answers).problem(BY_CODE) == (
        "The short code 12345 does not belong to the Twilio account."
    )


async def test_nor_a_service_of_others(answers: Answers) -> None:
    answers[POOL] = UNKNOWN
    assert await account(answers).problem(BY_SERVICE) == (
        f"The messaging service {SERVICE} does not belong to the Twilio account."
    )
    assert await remarks(answers) == []


@pytest.mark.parametrize(
    ("part", "member"), [("ShortCodes", CODE), ("AlphaSenders", {"sid": "AI1", "alpha_sender": "Clinic"})]
)
async def test_nor_one_whose_pool_is_empty(answers: Answers, part: str, member: dict[str, Any]) -> None:
    answers[f"{POOL}/PhoneNumbers"] = listed("phone_numbers")
    assert "has no number to send from" in (await account(answers).problem(BY_SERVICE) or "")
    key = {"ShortCodes": "short_codes", "AlphaSenders": "alpha_senders"}[part]
    answers[f"{POOL}/{part}"] = listed(key, member)
    assert await account(answers).problem(BY_SERVICE) is None


async def test_a_stand_in_that_knows_no_services_proves_nothing(answers: Answers) -> None:
    answers[POOL] = (404, {})
    with pytest.raises(NotServed):
        await account(answers).problem(BY_SERVICE)
    answers[POOL] = (200, [])
    for asked in (account(answers).problem, account(answers).remarks):
        with pytest.raises(ProviderUnavailable):
            await asked(BY_SERVICE)


@pytest.mark.parametrize(
    ("campaigns", "expected"),
    [
        (("FAILED", "VERIFIED"), "its campaign is verified."),
        (("IN_PROGRESS",), "the campaign is IN_PROGRESS. Until"),
        ((), "no campaign is registered. Until"),
    ],
)
async def test_what_us_carriers_were_told_of_a_service(
    answers: Answers, campaigns: tuple[str, ...], expected: str
) -> None:
    states = ({"sid": "QE1", "campaign_status": state} for state in campaigns)
    answers[CAMPAIGN] = listed("compliance", *states)
    told, encoding = await remarks(answers)
    assert "US A2P 10DLC" in told
    assert expected in told
    assert encoding == ENCODING_OFF


async def test_a_registration_that_only_the_service_tells_counts(answers: Answers) -> None:
    answers[CAMPAIGN] = listed("compliance")
    answers[POOL] = (200, SETTINGS | {"us_app_to_person_registered": True})
    assert (await remarks(answers))[0] == "The messaging service is registered for US A2P 10DLC."


async def test_a_pool_without_us_long_codes_needs_no_campaign(answers: Answers) -> None:
    german = {"sid": "PN2", "phone_number": "+4915112345678", "country_code": "DE"}
    answers[f"{POOL}/PhoneNumbers"] = listed("phone_numbers", german)
    answers[f"{POOL}/ShortCodes"] = listed("short_codes", CODE)
    answers[CAMPAIGN] = UNKNOWN
    assert await remarks(answers) == [ENCODING_OFF]


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        (("TWILIO_REJECTED", "TWILIO_APPROVED"), "The toll-free number +18005550123 is verified."),
        (
            ("IN_REVIEW",),
            "is IN_REVIEW. Until it is approved, carriers in the USA and Canada block its texts.",
        ),
        ((), "was never asked for. Until"),
    ],
)
async def test_how_far_a_toll_free_number_is(
    answers: Answers, states: tuple[str, ...], expected: str
) -> None:
    answers[TOLL_FREE] = listed("verifications", *({"sid": "HH1", "status": state} for state in states))
    [alone] = await remarks(answers, FREE)
    assert expected in alone
    number = {"sid": "PN8", "phone_number": FREE.address, "country_code": "US"}
    answers[f"{POOL}/PhoneNumbers"] = listed("phone_numbers", number)
    assert await remarks(answers) == [alone, ENCODING_OFF]


async def test_smart_encoding_and_replies_that_go_nowhere_are_told(answers: Answers) -> None:
    answers[POOL] = (200, SETTINGS | {"smart_encoding": True, "inbound_request_url": None})
    _, encoding, replies = await remarks(answers)
    assert encoding.startswith("Smart encoding is on in the messaging service.")
    assert "takes no replies" in replies
    answers[POOL] = (200, SETTINGS | {"inbound_request_url": "", "use_inbound_webhook_on_number": True})
    assert len(await remarks(answers)) == 2  # the numbers' own webhooks get them


@pytest.mark.parametrize("address", ["+12125550100", "12345"])
async def test_of_other_senders_nothing_is_asked(address: str) -> None:
    nobody = TwilioAccount(CREDENTIALS, "http://127.0.0.1:1", 5.0)
    assert await nobody.remarks(an_sms_sender(address=address)) == ()


@pytest.mark.parametrize(
    ("base_url", "expected"),
    [
        ("https://api.twilio.com", "https://messaging.twilio.com"),
        ("https://api.dublin.ie1.twilio.com/", "https://messaging.dublin.ie1.twilio.com"),
        ("http://127.0.0.1:8080/", "http://127.0.0.1:8080"),
        ("https://api.example.com", "https://api.example.com"),
    ],
)
def test_services_are_on_a_host_of_their_own_only_at_twilio(base_url: str, expected: str) -> None:
    client: Client = open_client(CREDENTIALS, base_url, 5.0)
    messaging(client)
    assert client.messaging.base_url == expected
