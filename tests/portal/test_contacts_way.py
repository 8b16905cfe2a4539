"""The way of contacts in a real browser, on the running stack: import, find, tag, segment, one person."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.kit.portal.browser import Browser, open_browser
from tests.kit.stack.office import Office
from tests.stack.conftest import office

__all__ = ["office"]
pytestmark = pytest.mark.asyncio(loop_scope="session")
LONG = 60_000  # milliseconds: other processes do the work, on a busy machine
FILE = """Name,Phone,Email,Tags,Language
Ana Gómez,(212) 555-0111,ana@example.org,vip; new,es
Bartholomew Featherstonehaugh-Cholmondeley the Younger,212-555-0112,,new,en
Cleo,call first,cleo@example.org,,en
Dee,(212) 555-0114,,vip,en
"""


@pytest_asyncio.fixture(loop_scope="session")
async def browser(office: Office) -> AsyncIterator[Browser]:
    """A browser at the stack's portal, signed in."""
    async with open_browser(office.stack.addresses.functions["portal"], prefix="contacts") as opened:
        await opened.open("/contacts")
        await opened.page.get_by_label("Email").fill(office.company.user_email)
        await opened.page.get_by_label("Password").fill(office.company.user_password)
        await opened.page.keyboard.press("Enter")
        yield opened


async def _press(page: Page, name: str | re.Pattern[str]) -> None:
    await page.get_by_role("button", name=name, exact=isinstance(name, str)).click()


async def test_from_a_spreadsheet_to_one_person(browser: Browser, tmp_path: Path) -> None:
    page = browser.page
    await expect(page.get_by_role("heading", level=1)).to_have_text("Contacts")
    await browser.look("empty")
    await _list(browser)
    await _import(browser, tmp_path)
    await _many(browser)
    await _segment(browser)
    await _one(browser)
    await _refusals(browser)
    await _undo(browser)


async def _list(browser: Browser) -> None:
    page = browser.page
    await page.get_by_role("link", name="Lists", exact=True).click()
    await browser.look("lists-empty")
    await page.get_by_label("New list").fill("Newsletter")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Newsletter")
    await browser.look("list")


async def _import(browser: Browser, folder: Path) -> None:
    page, path = browser.page, folder / "people.csv"
    path.write_text(FILE, encoding="utf-8")
    await browser.open("/imports/new")
    await page.locator("input[type=file]").set_input_files(path)
    await expect(page.get_by_label("People are known by")).to_have_value("sms")
    await page.get_by_label("Newsletter").check()
    await browser.look("import-new")
    await _press(page, "Check the file")
    await expect(page.get_by_role("button", name=re.compile("^Load them"))).to_be_visible(timeout=LONG)
    await browser.look("import-checked")
    await _press(page, re.compile("^Load them"))
    await expect(page.get_by_role("button", name="Take the import back")).to_be_visible(timeout=LONG)
    await browser.look("import-loaded")


async def _many(browser: Browser) -> None:
    page = browser.page
    await browser.open("/contacts?tag=new")
    await expect(page.locator("tbody tr")).to_have_count(2)
    await page.get_by_label("Tick everybody on this page").check()
    await page.get_by_label("Tag", exact=True).last.fill("called")
    await browser.look("found")
    await _press(page, "How many would it be?")
    await browser.look("bulk")
    await _press(page, "Do it for 2 people")
    await expect(page.get_by_role("status")).to_contain_text("2 people are changed")
    await expect(page.get_by_role("link", name="called")).to_have_count(2)


async def _segment(browser: Browser) -> None:
    page = browser.page
    await browser.open("/segments/new")
    await page.get_by_label("Name").fill("Important and called")
    await page.get_by_label("Group 1, condition 1: tag").fill("vip")
    await expect(page.locator("#count")).to_contain_text("2 of", timeout=LONG)
    await page.get_by_role("button", name=re.compile("^Add a condition")).focus()
    await page.keyboard.press("Enter")
    await page.get_by_label("Group 1, condition 2: what is asked").select_option("reachable")
    await page.get_by_label("Group 1, condition 2: channel").select_option("email")
    await expect(page.locator("#count .big")).to_contain_text("1 of", timeout=LONG)
    await browser.look("segment-new")
    await _press(page, "Add a group")
    await page.get_by_label("Group 2, condition 1: what is asked").select_option("activity")
    await expect(page.get_by_label("Group 2, condition 1: what became of it")).to_be_visible()
    await page.get_by_label("Group 2, condition 1: or the contrary").select_option("not")
    await expect(page.locator("#count .big")).to_contain_text("1 of", timeout=LONG)
    await browser.look("segment-groups")
    await _press(page, "Save the segment")
    await expect(page.get_by_role("status").first).to_contain_text("The segment is stored")
    await page.get_by_role("link", name="Segments", exact=True).click()
    await browser.look("segments")


async def _one(browser: Browser) -> None:
    page = browser.page
    await browser.open("/contacts?q=gómez")
    await page.get_by_role("link", name="Ana Gómez").click()
    await browser.look("person")
    await page.get_by_role("link", name="Change", exact=True).click()
    await page.get_by_label("Tags").fill("vip, regular")
    await browser.look("person-form")
    await _press(page, "Save")
    await expect(page.get_by_role("status")).to_contain_text("The change is stored")
    await page.get_by_text("Agreed, or refused").first.click()
    await page.get_by_label("How they said so").first.fill("By phone")
    await _press(page, "They refused")
    await expect(page.get_by_role("status")).to_contain_text("Nothing goes to")
    await browser.look("person-refused")


async def _refusals(browser: Browser) -> None:
    page = browser.page
    await browser.open("/opt-outs")
    await expect(page.locator("tbody")).to_contain_text("By phone")
    await browser.look("refusals")


async def _undo(browser: Browser) -> None:
    page = browser.page
    await browser.open("/imports")
    await browser.look("imports")
    await page.get_by_role("link", name="people.csv").click()
    await _press(page, "Take the import back")
    await expect(page.locator("main")).to_contain_text("are as they were before", timeout=LONG)
    await browser.look("import-undone")
