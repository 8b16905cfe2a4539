"""The way of a second factor and of approval in a real browser, by keyboard, on the running stack."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.kit.portal.browser import Browser, open_browser
from tests.kit.stack.office import Office
from tests.stack.conftest import office

__all__ = ["office"]
pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def browser(office: Office) -> AsyncIterator[Browser]:
    """A browser at the stack's portal."""
    async with open_browser(office.stack.addresses.functions["portal"], prefix="sign-in") as opened:
        yield opened


async def _type(browser: Browser, label: str, text: str) -> None:
    await browser.page.get_by_label(label).fill(text)
    await browser.page.keyboard.press("Enter")


async def _sign_in(browser: Browser, office: Office) -> None:
    await browser.open("/account")
    await browser.page.get_by_label("Email").fill(office.company.user_email)
    await _type(browser, "Password", office.company.user_password)


async def test_from_a_password_to_a_second_factor_and_what_admins_decide(
    office: Office, browser: Browser
) -> None:
    page, heading = browser.page, browser.page.get_by_role("heading", level=1)
    await _sign_in(browser, office)
    await page.get_by_role("link", name="Add an authenticator app").click()
    await browser.look("second-factor")
    await _type(browser, "Your password", office.company.user_password)
    await expect(heading).to_have_text("Add an authenticator app")
    await browser.look("second-factor-code")
    app = pyotp.TOTP((await page.locator(".key").inner_text()).replace(" ", ""))
    await _type(browser, "Code of your app", app.now())
    await expect(heading).to_have_text("Recovery codes")
    await browser.look("recovery-codes")
    await expect(page.locator(".recovery code")).to_have_count(10)
    await page.get_by_role("link", name="I have kept them").click()
    await expect(page.locator("main")).to_contain_text("10 of your recovery codes")
    await browser.look("second-factor-there")
    await page.get_by_role("button", name="Sign out").click()
    await _sign_in(browser, office)
    await expect(heading).to_have_text("Your code")
    await browser.look("code")
    await _type(browser, "Six digits from your app", "000000")
    await browser.look("code-wrong")
    await _type(browser, "Six digits from your app", app.at(datetime.now(UTC) + timedelta(seconds=30)))
    await expect(heading).to_have_text("Your account")
    await _settings(browser)


async def _settings(browser: Browser) -> None:
    page = browser.page
    await browser.open("/settings/sign-in")
    await browser.look("settings-sign-in")
    await page.get_by_label("Issuer").fill("https://10.0.0.5")
    await page.get_by_label("Client id").fill("rollcall")
    await page.get_by_label("Client secret").fill("secret")
    await _type(browser, "Domains of the addresses", "example.org")
    await expect(page.locator("#issuer-problem")).to_contain_text("inside a network")
    await browser.look("settings-sign-in-wrong")
    await browser.open("/settings/approval")
    await _type(browser, "Needed above so many recipients", "500")
    await expect(page.get_by_role("status")).to_contain_text("more than 500 recipients")
    await browser.look("settings-approval")
