"""Phones that ring on the phone page, in a real browser: taken, heard, answered by key, declined."""

from collections.abc import AsyncIterator
from urllib.parse import parse_qsl, urlsplit

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import Page, expect
from twilio.twiml.voice_response import VoiceResponse

from infra.local.simulator.client import SimulatorClient, TwilioAccount
from tests.kit.stack.phone_browser import phone_page
from tests.kit.stack.webhook_receiver import Received, Receiver

OURS = "+14155559000"
PERSON = "+14155551234"
HOSTILE = "<img src=x onerror=\"document.title='hacked'\"> & co"


@pytest_asyncio.fixture
async def account(simulator: SimulatorClient) -> TwilioAccount:
    account = await simulator.add_account()
    await simulator.add_number(account, OURS)
    return account


@pytest_asyncio.fixture
async def page(simulator: SimulatorClient) -> AsyncIterator[Page]:
    async with phone_page(simulator.address) as opened:
        yield opened


def asking(receiver: Receiver, text: str) -> str:
    response = VoiceResponse()
    gather = response.gather(num_digits=1, action=f"{receiver.address}/keys", timeout=60)
    gather.say(text, language="es-US")
    return str(response)


def saying(text: str) -> str:
    response = VoiceResponse()
    response.say(text, language="es-US")
    return str(response)


async def call(
    simulator: SimulatorClient, account: TwilioAccount, receiver: Receiver, to: str = PERSON
) -> None:
    auth = aiohttp.encode_basic_auth(account.sid, account.token)
    form = {
        "To": to,
        "From": OURS,
        "Url": f"{receiver.address}/answered",
        "StatusCallback": f"{receiver.address}/status",
        "MachineDetection": "DetectMessageEnd",
    }
    url = f"{simulator.address}/2010-04-01/Accounts/{account.sid}/Calls.json"
    async with (
        aiohttp.ClientSession(headers={"Authorization": auth}) as http,
        http.post(url, data=form) as answer,
    ):
        assert answer.status == 201, await answer.text()


def posted_to(received: list[Received], path: str) -> list[dict[str, str]]:
    return [dict(parse_qsl(one.body)) for one in received if urlsplit(one.url).path == path]


@pytest.mark.parametrize("width", [390, 1280])
async def test_a_phone_rings_is_taken_heard_and_answered(
    simulator: SimulatorClient, account: TwilioAccount, receiver: Receiver, page: Page, width: int
) -> None:
    await page.set_viewport_size({"width": width, "height": 800})
    receiver.answers = {"/answered": [asking(receiver, "Hola, pulse 1")], "/keys": [saying("Gracias")]}
    await call(simulator, account, receiver)
    card = page.get_by_role("article", name=f"Call to {PERSON}")
    await expect(card).to_contain_text("is ringing")
    await card.get_by_role("button", name="Take").click()
    await expect(card.locator(".said li")).to_have_text(["Hola, pulse 1"])
    assert await card.locator(".said li").get_attribute("lang") == "es-US"
    await expect(card).to_contain_text("Waiting for a key.")
    overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert await page.evaluate(overflow) == 0
    await card.get_by_role("button", name="1", exact=True).click()
    await expect(card.locator(".said li")).to_have_text(["Hola, pulse 1", "Gracias"])
    received = await receiver.wait_for(lambda all_: bool(posted_to(all_, "/status")))
    assert [one["Digits"] for one in posted_to(received, "/keys")] == ["1"]
    await expect(card).to_contain_text("the call is over")
    await card.get_by_role("button", name="Close").click()
    await expect(page.locator("#calls")).to_be_hidden()
    await page.get_by_role("button", name=PERSON).click()
    await expect(page.locator("#messages li")).to_contain_text("call completed")


async def test_keys_are_pressed_on_the_keyboard_too(
    simulator: SimulatorClient, account: TwilioAccount, receiver: Receiver, page: Page
) -> None:
    receiver.answers = {"/answered": [asking(receiver, "Hola")]}
    await call(simulator, account, receiver)
    await page.get_by_role("button", name="Take").click()
    await expect(page.get_by_text("Waiting for a key.")).to_be_visible()
    await page.get_by_role("button", name="star").focus()
    await page.keyboard.press("*")
    received = await receiver.wait_for(lambda all_: bool(posted_to(all_, "/keys")))
    assert posted_to(received, "/keys")[0]["Digits"] == "*"


@pytest.mark.parametrize(
    ("button", "status", "answered_by"),
    [("Decline", "busy", None), ("Voicemail", "completed", "machine_end_beep")],
)
async def test_a_phone_is_not_taken(
    simulator: SimulatorClient,
    account: TwilioAccount,
    receiver: Receiver,
    page: Page,
    button: str,
    status: str,
    answered_by: str | None,
) -> None:
    receiver.answers = {"/answered": [saying("Hola")]}
    await call(simulator, account, receiver)
    await page.get_by_role("button", name=button).click()
    received = await receiver.wait_for(lambda all_: bool(posted_to(all_, "/status")))
    [ended] = posted_to(received, "/status")
    assert (ended["CallStatus"], ended.get("AnsweredBy")) == (status, answered_by)
    await expect(page.locator("#calls")).to_be_hidden()


async def test_who_hangs_up_hears_no_more(
    simulator: SimulatorClient, account: TwilioAccount, receiver: Receiver, page: Page
) -> None:
    receiver.answers = {"/answered": [asking(receiver, "Hola")]}
    await call(simulator, account, receiver)
    await page.get_by_role("button", name="Take").click()
    await page.get_by_role("button", name="Hang up").click()
    received = await receiver.wait_for(lambda all_: bool(posted_to(all_, "/status")))
    assert posted_to(received, "/status")[0]["CallStatus"] == "completed"
    assert posted_to(received, "/keys") == []


async def test_what_is_said_is_never_markup(
    simulator: SimulatorClient, account: TwilioAccount, receiver: Receiver, page: Page
) -> None:
    receiver.answers = {"/answered": [asking(receiver, HOSTILE)]}
    await call(simulator, account, receiver)
    await page.get_by_role("button", name="Take").click()
    await expect(page.locator(".said li")).to_have_text(HOSTILE)
    assert await page.locator("img").count() == 0
    await expect(page).to_have_title("Phones and mailboxes")


async def test_many_ringing_phones_are_counted(
    simulator: SimulatorClient, account: TwilioAccount, receiver: Receiver, page: Page
) -> None:
    for number in range(9):
        await call(simulator, account, receiver, f"+1415555700{number}")
    await expect(page.get_by_role("article")).to_have_count(6)
    await expect(page.locator("#more-calls")).to_have_text("and 3 more")
