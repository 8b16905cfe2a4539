"""The main way in a real browser, on the running stack: from signing in to a sent campaign and answers."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from infra.local.sample_appointments import Sample, make_sample
from tests.kit.portal.browser import Browser, open_browser
from tests.kit.stack.office import Office
from tests.stack.conftest import office

__all__ = ["office"]
pytestmark = pytest.mark.asyncio(loop_scope="session")
LONG = 60_000  # milliseconds: other processes do the work, on a busy machine


@pytest_asyncio.fixture(loop_scope="session")
async def browser(office: Office) -> AsyncIterator[Browser]:
    """A browser at the stack's portal."""
    async with open_browser(office.stack.addresses.functions["portal"]) as opened:
        yield opened


async def _sign_in(browser: Browser, office: Office) -> None:
    await browser.page.get_by_label("Email").fill(office.company.user_email)
    await browser.page.get_by_label("Password").fill(office.company.user_password)
    await browser.page.keyboard.press("Enter")


async def _press(page: Page, name: str) -> None:
    await page.get_by_role("button", name=name, exact=True).click()


async def test_from_signing_in_to_a_sent_campaign(office: Office, browser: Browser, tmp_path: Path) -> None:
    page, sample = browser.page, make_sample(datetime.now(UTC).date())
    await browser.open("/files/new")
    await browser.look("sign-in")
    await _sign_in(browser, office)
    await _upload(browser, sample, tmp_path)
    await _write(browser)
    await _send(browser)
    await _answers(browser, office, sample)
    await _ask_why(browser)
    await expect(page).to_have_title(re.compile("Rollcall"))


async def _upload(browser: Browser, sample: Sample, folder: Path) -> None:
    page, path = browser.page, folder / "appointments.csv"
    path.write_bytes(sample.content)
    await expect(page.get_by_role("heading", level=1)).to_have_text("Upload a file")
    await browser.look("upload")
    stops = await browser.tab_through()
    assert [one for one in stops if one in ("file", "More options", "Upload")] == [
        *("file", "More options", "Upload")
    ]
    await page.locator("input[type=file]").set_input_files(path)
    await _press(page, "Upload")
    await expect(page.get_by_role("heading", name="How it was read")).to_be_visible(timeout=LONG)
    await expect(page.get_by_role("heading", name="Rejected rows")).to_be_visible()
    await browser.look("file")
    await page.get_by_role("link", name="Correct the columns").click()
    await expect(page.get_by_label("Type of Mobile")).to_have_value("phone")
    await browser.look("columns")
    await page.get_by_role("link", name="All is right").click()


async def _write(browser: Browser) -> None:
    page = browser.page
    await page.get_by_role("link", name="Make a campaign for it").click()
    await browser.look("campaign-new")
    stops = await browser.tab_through()
    assert (
        stops.index("name") < stops.index("sender_id") < stops.index("body") < stops.index("Save the draft")
    )
    await _press(page, "Save the draft")  # the browser asks for what is needed
    await page.get_by_label("Name, for you").fill("Appointment reminders")
    await page.locator("#body").fill("Hello ")
    await _press(page, "patient")
    await page.keyboard.type(", reply 1 to confirm, 2 to cancel, 3 to move.")
    await expect(page.locator("#measured .phone")).to_contain_text("reply 1 to confirm", timeout=LONG)
    await page.locator("[name=opens]").fill("00:00")
    await page.locator("[name=closes]").fill("00:00")
    await browser.look("campaign-written")
    await _press(page, "Save the draft")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Appointment reminders")
    await browser.look("campaign-draft")


async def _send(browser: Browser) -> None:
    page = browser.page
    await _press(page, "Check every row")
    await expect(page.get_by_role("button", name="This is right: make it ready")).to_be_visible(timeout=LONG)
    await browser.look("preview")
    assert "This is right: make it ready" in await browser.tab_through()
    await browser.keep("preview")
    await _press(page, "This is right: make it ready")
    await expect(page.get_by_role("heading", name="Send Appointment reminders?")).to_be_visible()
    await browser.look("send")
    await page.get_by_role("button", name=re.compile(r"^Send \d+ messages$")).click()
    await expect(page.locator("#ledger [role=status]")).to_contain_text(
        re.compile("Sent|Needs attention"), timeout=LONG
    )
    await expect(page.get_by_role("link", name=re.compile("^Pause"))).to_have_count(0, timeout=LONG)
    await browser.look("status")
    await browser.keep("campaign")
    numbers = {
        await one.locator("dt").inner_text(): int((await one.locator("dd").inner_text()).replace(",", ""))
        for one in await page.locator("#ledger .ledger > div").all()
    }
    planned = numbers.pop("Planned")
    assert planned == sum(numbers.values()) > 400
    assert numbers["Still to come"] == 0


async def _answers(browser: Browser, office: Office, sample: Sample) -> None:
    page = browser.page
    await office.simulator.reply(sample.answerable[0], "what is this about")
    await office.simulator.reply(sample.answerable[1], "1")
    await page.get_by_role("link", name="Reasons, deliveries and answers").click()
    await browser.look("report")
    await page.get_by_label("Show").select_option("failed")
    await _press(page, "Show")
    await page.get_by_role("link", name=re.compile("^Look and correct")).first.click()
    await expect(page.locator("main")).not_to_contain_text("https://")
    await browser.look("failure")
    await browser.open("/inbox")
    await expect(page.locator(".replies")).to_contain_text("what is this about", timeout=LONG)
    await browser.look("inbox")
    await page.locator(".replies a").first.click()
    await browser.look("reply")
    await _press(page, "Confirmed")
    await expect(page.get_by_role("status")).to_contain_text("settled")


async def _ask_why(browser: Browser) -> None:
    page = browser.page
    await browser.open("/why")
    await page.get_by_label("Phone, email or name").fill("call first")
    await _press(page, "Find out")
    await expect(page.locator(".explained").first).to_contain_text("phone number")
    await browser.look("why-no-address")
    await page.get_by_label("Phone, email or name").fill("Child 1")
    await _press(page, "Find out")
    await expect(page.locator(".explained").first).to_be_visible()
    await browser.look("why-by-name")
    await page.get_by_label("Phone, email or name").fill("(415) 555-2001")
    await _press(page, "Find out")
    await expect(page.locator(".explained").first).to_be_visible()
    await browser.look("why")
