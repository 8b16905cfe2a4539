"""A WhatsApp chat on the phone page, in a real browser: ticks, buttons, and what a press sends."""

from urllib.parse import parse_qsl

import aiohttp
import pytest_asyncio
from playwright.async_api import Page, expect

from infra.local.simulator.client import SimulatorClient, TwilioAccount
from tests.kit.stack.webhook_receiver import Receiver
from tests.stack.test_phone_page import page

__all__ = ["page"]

OURS, PERSON = "whatsapp:+14155559000", "whatsapp:+14155551234"


@pytest_asyncio.fixture
async def account(simulator: SimulatorClient, receiver: Receiver) -> TwilioAccount:
    account = await simulator.add_account()
    await simulator.add_number(account, OURS, webhook_url=f"{receiver.address}/incoming")
    return account


async def send(simulator: SimulatorClient, account: TwilioAccount, **form: str) -> None:
    auth = aiohttp.encode_basic_auth(account.sid, account.token)
    url = f"{simulator.address}/2010-04-01/Accounts/{account.sid}/Messages.json"
    async with (
        aiohttp.ClientSession(headers={"Authorization": auth}) as http,
        http.post(url, data={"To": PERSON, "From": OURS, **form}) as answer,
    ):
        assert answer.status == 201, await answer.text()


async def test_a_button_is_pressed_and_the_message_was_read(
    simulator: SimulatorClient, account: TwilioAccount, receiver: Receiver, page: Page
) -> None:
    buttons = {"confirm": "Yes, I come", "cancel": "No"}
    content = await simulator.add_content(account, "Hello {{1}}, will you come?", buttons=buttons)
    await send(simulator, account, ContentSid=content, ContentVariables='{"1": "Ana"}')
    await page.get_by_role("button", name="+14155551234 WhatsApp").click()
    await expect(page.locator("#address")).to_have_text("+14155551234 on WhatsApp")
    await expect(page.locator("#messages .body")).to_have_text("Hello Ana, will you come?")
    await expect(page.locator(".ticks.read")).to_be_visible()
    choice = page.locator("#messages").get_by_role("button", name="Yes, I come")
    await choice.click()
    [reply] = await receiver.wait_for(lambda all_: len(all_) == 1)
    said = dict(parse_qsl(reply.body))
    assert (said["From"], said["ButtonPayload"], said["ButtonText"]) == (PERSON, "confirm", "Yes, I come")
    assert said["OriginalRepliedMessageSid"].startswith("SM")
    await expect(choice).to_have_attribute("aria-pressed", "true")
    await expect(page.locator("#messages li.incoming .body")).to_have_text("Yes, I come")


async def test_the_chat_fits_a_small_phone(
    simulator: SimulatorClient, account: TwilioAccount, page: Page
) -> None:
    await page.set_viewport_size({"width": 390, "height": 844})
    content = await simulator.add_content(account, "A long text. " * 30, buttons={"1": "Yes"})
    await send(simulator, account, ContentSid=content)
    await page.get_by_role("button", name="+14155551234 WhatsApp").click()
    await expect(page.get_by_role("button", name="Yes")).to_be_visible()
    wide = await page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390


async def test_words_of_ones_own_without_a_word_of_the_person_fail(
    simulator: SimulatorClient, account: TwilioAccount, page: Page
) -> None:
    await send(simulator, account, Body="Are you there?")
    await page.get_by_role("button", name="+14155551234 WhatsApp").click()
    await expect(page.locator("#messages .about")).to_contain_text("failed (63016)")
