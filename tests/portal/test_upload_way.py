"""A file too large for a form, in a real browser: it goes to storage, and what is refused says why."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from playwright.async_api import Page, Request, Route, expect

from shared.domain.companies.user import Role
from shared.usecases.users.create_user import create_user
from tests.api.conftest import office
from tests.kit.api.office import OURS, Office
from tests.kit.portal.browser import Browser, open_browser
from tests.kit.portal.served_portal import served_portal
from tests.portal.conftest import PASSWORD

__all__ = ["office"]
EMAIL = "ada@office.example.org"
TABLE = b"Name,Phone\n" + b"Ana Maria Lopez de la Cruz,+12125550187\n" * 49_000  # just below what is taken


@pytest_asyncio.fixture
async def browser(office: Office) -> AsyncIterator[Browser]:
    """A browser in which an editor is about to upload a file."""
    await create_user(office.runtime, OURS, EMAIL, "Ada", Role.EDITOR, PASSWORD)
    async with served_portal(office.runtime) as address, open_browser(address, "direct") as opened:
        await opened.sign_in("/files/new", EMAIL, PASSWORD)
        await expect(opened.page.get_by_role("heading", level=1)).to_have_text("Upload a file")
        yield opened


async def _send(page: Page, path: Path) -> None:
    await page.get_by_label("A new kind").check()
    await page.locator("input[type=file]").set_input_files(path)
    await page.get_by_role("button", name="Upload", exact=True).click()


async def test_a_large_file_that_is_refused_says_why_and_the_next_one_goes(
    browser: Browser, tmp_path: Path
) -> None:
    page, scan, table = browser.page, tmp_path / "scan.csv", tmp_path / "people.csv"
    scan.write_bytes(b"%PDF-1.7 " + bytes(len(TABLE)))
    table.write_bytes(TABLE)
    await _send(page, scan)
    await expect(page.locator(".upload-state")).to_contain_text("not a table but a PDF")
    await expect(page.locator(".upload-state progress")).to_be_hidden()
    await browser.look("refused")
    await _send(page, table)
    await expect(page.get_by_role("heading", level=1)).to_have_text("people.csv")


async def test_a_file_beyond_the_limit_is_refused_before_it_is_sent(browser: Browser, tmp_path: Path) -> None:
    page, huge = browser.page, tmp_path / "huge.csv"
    huge.write_bytes(TABLE + TABLE)
    posts: list[str] = []
    page.on("request", lambda request: posts.append(request.url) if request.method != "GET" else None)
    await expect(page.get_by_text("up to 1.9 MB")).to_be_visible()
    await _send(page, huge)
    reason = "The file has 3.7 MB. Only 1.9 MB are taken."
    assert (await _why_not(page)).startswith(reason)
    await browser.open("/imports/new")
    await page.locator("input[type=file]").set_input_files(huge)
    await page.get_by_role("button", name="Check the file").click()
    assert (await _why_not(page)).startswith("The file has 3.7 MB. Only 1.8 MB are taken.")
    assert posts == []
    small = tmp_path / "small.csv"
    small.write_bytes(TABLE[:2_000])
    await page.locator("input[type=file]").set_input_files(small)
    assert await _why_not(page) == ""


async def _why_not(page: Page) -> str:
    return str(await page.locator("input[type=file]").evaluate("input => input.validationMessage"))


async def test_what_was_put_before_its_answer_was_lost_is_not_put_over(
    browser: Browser, office: Office, tmp_path: Path
) -> None:
    """The first PUT arrives, and its answer does not: the second one finds the file there."""
    page, table = browser.page, tmp_path / "people.csv"
    table.write_bytes(TABLE)
    lost: list[str] = []

    async def lose(route: Route, request: Request) -> None:
        if request.method != "PUT" or lost:
            return await route.continue_()
        lost.append(request.url)
        await route.fetch()
        return await route.abort()

    await page.route("**/upload", lose)
    await _send(page, table)
    await expect(page.locator(".upload-state")).to_contain_text("did not go through")
    browser.faults.clear()  # the answer that was lost
    [file] = [
        one async for some in office.stores.files.each_page(OURS) for one in some if one.name == table.name
    ]
    first = await office.runtime.files.find(file.object_name)
    await page.get_by_role("button", name="Upload", exact=True).click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("people.csv")
    assert lost
    assert first is not None
    assert await office.runtime.files.find(file.object_name) == first
