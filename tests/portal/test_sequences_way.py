"""Sequences in a real browser, by keyboard where hands go: made, started, looked at, changed."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest_asyncio
from playwright.async_api import expect

from shared.domain.companies.user import Role
from shared.usecases.users.create_user import create_user
from tests.kit.clinic import Clinic
from tests.kit.portal.browser import Browser, open_browser
from tests.kit.portal.served_portal import served_portal
from tests.kit.sequences import PostOffice
from tests.portal.conftest import PASSWORD
from tests.usecases.conftest import clinic
from tests.usecases.sequences.conftest import MONDAY

__all__ = ["clinic"]
EMAIL = "ada@clinic.example.org"
LONG = "An email of the practice Dr. Müller-Lüdenscheidt und Partner, Gemeinschaftspraxis für Zahnheilkunde"


@pytest_asyncio.fixture
async def post_office(clinic: Clinic) -> PostOffice:
    """The clinic on a Monday at eight, with 40 people who have an address."""
    office = PostOffice(clinic, clinic.stop_clock(MONDAY))
    await office.know(*(f"person{number:02}@example.com" for number in range(40)))
    return office


@pytest_asyncio.fixture
async def browser(post_office: PostOffice) -> AsyncIterator[Browser]:
    """A browser, and somebody with an account who may send."""
    await create_user(post_office.runtime, "acme", EMAIL, "Ada", Role.APPROVER, PASSWORD)
    async with served_portal(post_office.runtime) as address, open_browser(address, "sequences") as opened:
        yield opened


async def sign_in(browser: Browser) -> None:
    """To the sequences, at the clock's time: a session does not outlive the days that a test lets pass."""
    await browser.sign_in("/sequences", EMAIL, PASSWORD)
    await expect(browser.page.get_by_role("heading", level=1)).to_have_text("Sequences")


async def test_somebody_makes_a_sequence_by_keyboard_and_starts_it(
    post_office: PostOffice, browser: Browser
) -> None:
    page = browser.page
    await sign_in(browser)
    await browser.look("none-yet")
    await page.get_by_role("link", name="Mailboxes").press("Enter")
    await browser.look("no-mailbox-yet")
    await page.get_by_role("link", name="Add the first").press("Enter")
    await page.get_by_label("Emails a day, at most").fill("12")
    await browser.look("new-mailbox")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status").first).to_contain_text("is a mailbox")
    await browser.look("mailbox-without-work")

    await browser.open("/sequences")
    await page.get_by_role("link", name="New sequence").press("Enter")
    await page.get_by_label("Name, for you and your colleagues").fill(LONG)
    await page.locator("input[name=time_zone]").fill("America/Nowhere")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("Time zone")
    await expect(page.locator("#time_zone-problem")).to_contain_text("write one as America/New_York")
    await browser.look("form-with-a-fault")
    await page.locator("input[name=time_zone]").fill("America/New_York")
    await page.get_by_role("checkbox", name="12 a day").press("Space")
    await page.get_by_role("button", name="Save it as a draft").press("Enter")
    await expect(page.get_by_role("status").first).to_contain_text("saved as a draft")
    await browser.look("draft-without-steps")

    for subject, text in (("Welcome {{ name }}", "Good to have you, {{ name }}."), ("", "Any questions?")):
        await page.get_by_role("link", name="Add a step").press("Enter")
        await page.get_by_label("Subject").fill(subject)
        await page.get_by_label("Text", exact=True).fill(text)
        shown = r"^\s*Welcome Person\d\d" if subject else r"Re: Welcome Person\d\d"
        await expect(page.locator("#measured .phone")).to_contain_text(re.compile(shown))
        await browser.look("step")
        await page.get_by_role("button", name="Save the step").press("Enter")
        await expect(page.get_by_role("status").first).to_contain_text("The step is added")
    await page.get_by_role("link", name="Step 2").press("Enter")
    await page.get_by_label("Subject").fill("Hello")
    await page.get_by_role("button", name="Save the step").press("Enter")
    await page.get_by_role("button", name="Up").press("Enter")
    await expect(page.locator(".steps h3").first).to_have_text("Step 1: Hello")
    await page.get_by_role("button", name="Down").press("Enter")
    await expect(page.locator(".steps h3").first).to_have_text("Step 1: Welcome {{ name }}")

    await page.get_by_role("link", name="Enroll people").press("Enter")
    await browser.look("enroll")
    await page.get_by_label("These addresses").fill("nonsense")
    await page.get_by_role("button", name="Enroll them").press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("line 1")
    addresses = ", ".join(f"person{number:02}@example.com" for number in range(30))
    await page.get_by_label("These addresses").fill(addresses)
    await page.get_by_role("button", name="Enroll them").press("Enter")
    await expect(page.get_by_role("status").first).to_contain_text("All of them were looked at.")
    await browser.look("enrolled")
    await page.get_by_role("link", name=LONG).press("Enter")
    await page.get_by_role("link", name="Start it").press("Enter")
    await expect(page.get_by_role("main")).to_contain_text("30 contacts are in it")
    await expect(page.get_by_role("main")).to_contain_text("after the change it finishes on")
    await browser.look("start")
    await page.get_by_role("button", name="Start it").press("Enter")
    await expect(page.get_by_role("status").first).to_contain_text("It sends.")
    await post_office.ask_and_tick()
    await page.reload()
    await expect(page.get_by_role("main")).to_contain_text("By the plan its last email goes out")
    await browser.look("sequence")


async def test_somebody_looks_at_what_is_planned_and_at_one_persons_way(
    post_office: PostOffice, browser: Browser
) -> None:
    page = browser.page
    await post_office.open()
    await post_office.enroll(*(f"person{number:02}" for number in range(40)))
    await post_office.go_to(MONDAY + timedelta(days=1, hours=4))
    await sign_in(browser)
    await browser.look("list")
    await page.get_by_role("link", name="Welcome").press("Enter")
    await page.get_by_role("link", name="What is planned, day by day").press("Enter")
    await page.get_by_role("link", name="Wed 2 Dec").press("Enter")
    await page.get_by_text("Why", exact=True).first.press("Enter")
    await expect(page.get_by_role("table").first).to_contain_text("By its wait days it is due on")
    await browser.look("calendar")
    await page.get_by_role("link", name="desk@acme-clinics.com").first.press("Enter")
    await expect(page.locator(".figure canvas")).to_be_visible()
    await browser.look("mailbox")
    await page.get_by_role("link", name="Pause it").press("Enter")
    await browser.look("pause-mailbox")
    await page.get_by_role("button", name="Pause it").press("Enter")
    await expect(page.get_by_role("main")).to_contain_text("Others of its sequences send in its place")
    await page.get_by_role("button", name="Use it again").press("Enter")
    await browser.open("/mailboxes")
    await expect(page.locator(".figure canvas")).to_be_visible()
    await browser.look("mailboxes")

    await browser.open("/sequences/welcome/people?state=active")
    await page.get_by_role("link", name="Next page").press("Enter")
    await browser.look("people")
    enrollment = (await post_office.enrollments())[0]
    await browser.open(f"/sequences/welcome/people/{enrollment.id}")
    await expect(page.get_by_role("table")).to_contain_text("Step 3")
    await browser.look("way")
    await page.get_by_role("button", name="Take them out").press("Enter")
    await expect(page.get_by_role("main")).to_contain_text("Somebody took the contact out.")
    await browser.look("taken-out")
    await browser.open("/sequences/welcome/archive")
    await expect(page.get_by_role("main")).to_contain_text("39 contacts get no further email of it")
    await browser.look("archive")
    await page.get_by_role("button", name="Archive it").press("Enter")
    await expect(page.get_by_role("main")).to_contain_text("It is over for good.")
