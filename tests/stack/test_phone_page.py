"""The phone page in a real browser: what arrived is shown, replies and STOP come in as webhooks."""

from collections.abc import AsyncIterator
from urllib.parse import parse_qsl

import aiohttp
import pytest_asyncio
from playwright.async_api import Page, expect

from infra.local.simulator.client import SimulatorClient, TwilioAccount
from tests.kit.stack.phone_browser import phone_page
from tests.kit.stack.webhook_receiver import Receiver

OURS = "+14155559000"
PERSON = "+14155551234"
HOSTILE = "<img src=x onerror=\"document.title='hacked'\"><script>document.title='hacked'</script> & co"


@pytest_asyncio.fixture
async def account(simulator: SimulatorClient, receiver: Receiver) -> TwilioAccount:
    account = await simulator.add_account()
    await simulator.add_number(account, OURS, webhook_url=f"{receiver.address}/incoming")
    return account


@pytest_asyncio.fixture
async def page(simulator: SimulatorClient) -> AsyncIterator[Page]:
    async with phone_page(simulator.address) as opened:
        yield opened


async def send(simulator: SimulatorClient, account: TwilioAccount, to: str, body: str) -> None:
    auth = aiohttp.encode_basic_auth(account.sid, account.token)
    form = {"To": to, "From": OURS, "Body": body}
    url = f"{simulator.address}/2010-04-01/Accounts/{account.sid}/Messages.json"
    async with (
        aiohttp.ClientSession(headers={"Authorization": auth}) as http,
        http.post(url, data=form) as answer,
    ):
        assert answer.status == 201, await answer.text()


async def test_a_text_is_read_and_answered_by_keyboard(
    simulator: SimulatorClient, account: TwilioAccount, receiver: Receiver, page: Page
) -> None:
    await send(simulator, account, PERSON, "Coming on Monday?")
    await expect(page.get_by_label("1 unread")).to_be_visible()
    await page.keyboard.press("/")
    await page.keyboard.type("551234")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.locator("#messages li")).to_contain_text("Coming on Monday?")
    await expect(page.get_by_label("1 unread")).to_be_hidden()
    await page.get_by_label("Reply as this person").fill("Yes, at nine")
    await page.keyboard.press("Enter")
    [reply] = await receiver.wait_for(lambda all_: len(all_) == 1)
    assert dict(parse_qsl(reply.body))["Body"] == "Yes, at nine"
    await expect(page.locator("#messages li.incoming")).to_contain_text("Yes, at nine")


async def test_stop_is_a_button(
    simulator: SimulatorClient, account: TwilioAccount, receiver: Receiver, page: Page
) -> None:
    await send(simulator, account, PERSON, "Hi")
    await page.get_by_role("button", name=PERSON).click()
    await page.get_by_role("button", name="STOP").click()
    [reply] = await receiver.wait_for(lambda all_: len(all_) == 1)
    assert dict(parse_qsl(reply.body))["OptOutType"] == "STOP"


async def test_what_people_write_is_never_markup(
    simulator: SimulatorClient, account: TwilioAccount, page: Page
) -> None:
    await send(simulator, account, PERSON, HOSTILE)
    await page.get_by_role("button", name=PERSON).click()
    await expect(page.locator("#messages li .body")).to_have_text(HOSTILE)
    await expect(page).to_have_title("Phones and mailboxes")
    assert await page.locator("img, #messages script").count() == 0


async def test_html_of_an_email_is_shown_and_cannot_act(simulator: SimulatorClient, page: Page) -> None:
    key = await simulator.add_key()
    mail = {
        "personalizations": [{"to": [{"email": "ann@example.com"}]}],
        "from": {"email": "clinic@example.org"},
        "subject": "Your visit",
        "content": [{"type": "text/html", "value": "<p>See you <b>soon</b></p>"}],
    }
    headers = {"Authorization": f"Bearer {key.key}"}
    async with (
        aiohttp.ClientSession(headers=headers) as http,
        http.post(f"{simulator.address}/v3/mail/send", json=mail) as response,
    ):
        assert response.status == 202
    await page.get_by_role("button", name="ann@example.com").click()
    await expect(page.locator("#messages .subject")).to_have_text("Your visit")
    await expect(page.frame_locator("iframe").locator("b")).to_have_text("soon")
    assert await page.locator("iframe").get_attribute("sandbox") == ""
    await page.get_by_label("Reply as this person").fill("I will come")
    await page.get_by_role("button", name="Send reply").click()
    await expect(page.locator("#messages li.incoming .body")).to_have_text("I will come")
    await expect(page.locator("#messages li.incoming .subject")).to_have_text("Re: Your visit")


async def test_thousands_of_handsets_are_paged_and_searched(
    simulator: SimulatorClient, account: TwilioAccount, page: Page
) -> None:
    for number in range(120):
        await send(simulator, account, f"+14155564{number:03}", f"text {number}")
    await expect(page.locator("#counts")).to_have_text("120 phones and mailboxes, 120 unread")
    await expect(page.locator("#handsets li")).to_have_count(50)
    await page.get_by_role("button", name="Older").click()
    await expect(page.locator("#page")).to_have_text("Page 2 of 3")
    await page.get_by_label("Search").fill("5564007")
    await expect(page.locator("#handsets li")).to_have_count(1)
    await expect(page.locator("#page")).to_have_text("Page 1 of 1")


async def test_the_page_may_run_nothing_but_its_own_file(simulator: SimulatorClient) -> None:
    async with aiohttp.ClientSession() as http, http.get(simulator.address) as response:
        policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy


async def test_another_origins_page_cannot_post_for_its_visitor(
    simulator: SimulatorClient, account: TwilioAccount
) -> None:
    order = '{"handset": "+14155551234", "body": "STOP", "sender": "+14155559000"}'
    headers = {"Content-Type": "text/plain"}  # what a browser sends elsewhere without asking first
    url = f"{simulator.address}/_control/replies"
    async with aiohttp.ClientSession() as http, http.post(url, data=order, headers=headers) as response:
        assert response.status == 415
    assert await simulator.messages() == []
