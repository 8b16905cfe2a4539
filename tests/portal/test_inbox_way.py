"""The way of an answer in a real browser, on the running stack: inbox, thread, board of the day, report."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.kit.portal.browser import Browser, open_browser
from tests.kit.stack.office import ALWAYS, Office, settled
from tests.stack.conftest import office

__all__ = ["office"]
pytestmark = pytest.mark.asyncio(loop_scope="session")
LONG = 60_000  # milliseconds: other processes do the work, on a busy machine
DAY = datetime.now(UTC).date() + timedelta(days=2)
NAMES = ("Ana Gómez", "Bartholomew Featherstonehaugh-Cholmondeley the Younger", "Cleo", "Dee", "Eve")
PHONES = tuple(f"+1212555210{number}" for number in range(len(NAMES)))
TEXT = "Hello {{ name }}, you see us on {{ visit }}. Reply 1 to confirm, 2 to cancel, 3 to move."
OPTIONS = [
    {"words": [str(number)], "disposition": name}
    for number, name in enumerate(("confirmed", "canceled", "reschedule_asked"), 1)
]


async def _sent(office: Office) -> None:
    """A campaign about appointments of one day, sent."""
    api = office.api
    columns: list[dict[str, Any]] = [{"column": name, "field": name} for name in ("name", "phone")]
    columns.append({"column": "visit", "field": "visit", "type": "datetime", "formats": ["%Y-%m-%d %H:%M"]})
    columns[1]["type"] = "phone"
    source = await api.post("/sources", {"name": "Visits", "columns": columns})
    rows = [
        f"{name},{phone},{DAY} {9 + at}:30"
        for at, (name, phone) in enumerate(zip(NAMES, PHONES, strict=True))
    ]
    link = await api.post("/files", {"source_id": source["id"], "name": "visits.csv"})
    await api.put_file(link, "\n".join(["name,phone,visit", *rows, "Fay,call first,"]).encode())
    file = await api.wait_for(f"/files/{link['file']['id']}", "state", "loaded", "refused")
    template = await api.post("/templates", {"name": "Visit", "channel": "sms", "body": TEXT})
    step = {
        "channel": "sms", "template_id": template["id"], "sender_id": office.company.sms_sender_id,
        "address_field": "phone",
    }  # fmt: skip
    draft = {
        "name": "Visits on Tuesday and a name that goes on for longer than most names do",
        "audience": {"source_id": source["id"], "file_id": file["id"]},
        "steps": [step], "window": ALWAYS, "reply_options": OPTIONS, "expires_field": "visit",
    }  # fmt: skip
    campaign = await api.post("/campaigns", draft)
    await api.post(f"/campaigns/{campaign['id']}/ready")
    fire = await api.post(f"/campaigns/{campaign['id']}/fire")
    await settled(office, fire["id"])


@pytest_asyncio.fixture(loop_scope="session")
async def browser(office: Office) -> AsyncIterator[Browser]:
    """A browser at the stack's portal, signed in, after a campaign was sent."""
    await _sent(office)
    async with open_browser(office.stack.addresses.functions["portal"], prefix="inbox") as opened:
        await opened.open("/inbox")
        await opened.page.get_by_label("Email").fill(office.company.user_email)
        await opened.page.get_by_label("Password").fill(office.company.user_password)
        await opened.page.keyboard.press("Enter")
        yield opened


async def _press(page: Page, name: str) -> None:
    await page.get_by_role("button", name=name, exact=True).click()


async def test_from_an_answer_to_the_report(office: Office, browser: Browser) -> None:
    page = browser.page
    await expect(page.get_by_role("heading", level=1)).to_have_text("Inbox")
    await browser.look("empty")
    for phone, body in zip(PHONES, ("1", "2", "3", "what should I bring", "i have chest pain"), strict=True):
        await office.simulator.reply(phone, body)
    await _saved(browser)
    await _settle(office, browser)
    await _board(browser)
    await _report(browser)


async def _saved(browser: Browser) -> None:
    page = browser.page
    await browser.open("/inbox/saved")
    await page.get_by_label("Name").fill("What to bring")
    await page.get_by_label("Text").fill("Please bring your card and a list of what you take.")
    await _press(page, "Save it")
    await expect(page.get_by_role("status")).to_contain_text("is saved")
    await browser.look("saved")


async def _settle(office: Office, browser: Browser) -> None:
    page = browser.page
    await browser.open("/inbox?show=all")
    for _ in range(60):
        if await page.locator(".replies li").count() == len(PHONES):
            break
        await page.reload()
    await browser.look("all")
    await browser.open("/inbox")
    await expect(page.get_by_role("heading", name="Urgent")).to_be_visible()
    await browser.look("waiting")
    await page.get_by_role("link", name="what should I bring").click()
    await _press(page, "I do")
    await expect(page.get_by_role("status").first).to_contain_text("who sees to it")
    await _press(page, "What to bring")
    await expect(page.locator("#body")).to_have_value("Please bring your card and a list of what you take.")
    await browser.look("thread")
    await browser.keep("answer")
    await _press(page, "Send")
    await expect(page.get_by_role("status").first).to_contain_text("on its way")
    for _ in range(60):
        if await page.locator(".thread .badge.sent, .thread .badge.delivered").count() > 1:
            break
        await page.reload()
    assert any("bring your card" in one["body"] for one in await office.simulator.messages())
    await browser.look("thread-sent")
    await browser.open("/inbox")
    await page.locator(".replies a").first.click()
    await _press(page, "Nothing is to be done")
    await expect(page.locator("main")).to_contain_text("Nothing waits for you.")


async def _board(browser: Browser) -> None:
    page = browser.page
    await browser.open(f"/board?day={DAY.isoformat()}")
    await expect(page.locator(".groups")).to_contain_text("1 confirmed")
    await expect(page.locator("tbody tr")).to_have_count(len(NAMES))
    await expect(page.locator("tbody")).to_contain_text("Ana Gómez")
    await expect(page.locator("main")).to_contain_text("instead of")
    await browser.look("board")
    await browser.print("board")
    await page.emulate_media(media="print")
    await expect(page.locator("header.top")).to_be_hidden()
    await expect(page.locator(".printed")).to_contain_text("appointments")
    await expect(page.locator("tbody tr")).to_have_count(len(NAMES))
    await page.emulate_media(media="screen")
    await browser.open("/board?day=2020-01-01")
    await browser.look("board-empty")


async def _report(browser: Browser) -> None:
    page = browser.page
    await page.get_by_role("link", name="Reports", exact=True).click()
    await expect(page.locator("[data-plot=funnel] canvas")).to_be_visible()
    await expect(page.locator("[data-plot]:not(:has(canvas))")).to_have_count(0)
    await browser.look("report")
    await browser.keep("report")
    await page.get_by_role("link", name="7 days").click()
    await page.get_by_label("Campaign").select_option(index=1)
    await _press(page, "Show")
    await expect(page.locator("#funnel")).to_contain_text("Confirmed")
    await browser.look("report-campaign")
    await expect(page.locator("main")).to_contain_text(
        re.compile("of .+ alone; each number as it stands now")
    )
    await browser.print("report")
    await browser.open("/reports?first=2020-01-01&last=2020-01-02")
    await browser.look("report-empty")
