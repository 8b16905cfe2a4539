"""A campaign for lists and segments, made in a real browser: from the list's page to the messages."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest_asyncio
from playwright.async_api import Page, expect

from shared.domain.campaigns.audience import ListMembers, PastedAddresses, PeopleAudience, SegmentMembers
from shared.domain.companies.user import Role
from shared.domain.contacts.contact_list import ContactList
from shared.domain.contacts.segment import HasTag
from shared.usecases.contacts.save_contact_list import create_contact_list
from shared.usecases.users.create_user import create_user
from tests.kit.builders import NOON
from tests.kit.clinic import Clinic
from tests.kit.portal.browser import Browser, open_browser
from tests.kit.portal.served_portal import served_portal
from tests.portal.conftest import PASSWORD
from tests.usecases.conftest import clinic
from tests.usecases.fires.test_people import ANA, BEN, CLEO, DAN, SMS, a_person, know, segment

__all__ = ["clinic"]
EMAIL = "ada@clinic.example.org"
STRANGER = "+12125550193"
LONG = "Everybody who has not been here since the spring before the last one and said so"


@pytest_asyncio.fixture
async def browser(clinic: Clinic) -> AsyncIterator[Browser]:
    """A browser in which an approver of the clinic is signed in."""
    clinic.stop_clock(NOON)
    await create_user(clinic.runtime, clinic.company_id, EMAIL, "Ada", Role.APPROVER, PASSWORD)
    async with served_portal(clinic.runtime) as address, open_browser(address, "audience") as opened:
        await opened.sign_in("/campaigns", EMAIL, PASSWORD)
        await expect(opened.page.get_by_role("heading", level=1)).to_have_text("Campaigns")
        yield opened


async def _people(clinic: Clinic) -> None:
    """Ana and Ben are on the list, Ben and Cleo are important, Dan is nothing, Cleo works here."""
    await know(
        clinic,
        a_person("ana", ANA, list_ids=("spring",)),
        a_person("ben", BEN, "vip", list_ids=("spring",)),
        a_person("cleo", CLEO, "vip", list_ids=("staff",)),
        a_person("dan", DAN),
    )
    for item_id, name in (("spring", "Spring"), ("staff", "Staff"), ("long", LONG)):
        item = ContactList(id=item_id, name=name, created_at=NOON, updated_at=NOON)
        await create_contact_list(clinic.runtime, clinic.company_id, item)
    await segment(clinic, HasTag(value="vip"))


async def _press(page: Page, name: str) -> None:
    button = page.get_by_role("button", name=name, exact=True)
    await button.focus()
    await page.keyboard.press("Enter")


async def test_from_a_list_to_the_messages(clinic: Clinic, browser: Browser) -> None:
    page, counted = browser.page, browser.page.locator("#audience-count")
    await _people(clinic)
    await browser.open("/lists/spring")
    await browser.look("list")
    await page.get_by_role("link", name="Send to these").press("Enter")
    await expect(page.get_by_label("Spring").first).to_be_checked()
    await expect(counted).to_contain_text("2 people get it")
    await page.get_by_label("Name, for you").fill("Spring greetings")
    await page.get_by_label("VIPs").first.focus()
    await page.keyboard.press("Space")
    await expect(counted).to_contain_text("3 people get it")
    await _leave_out(page)
    await page.locator("#body").fill("Hello ")
    await _press(page, "name")
    await page.keyboard.type("!")
    measured = page.locator("#measured .phone")
    await expect(measured).to_contain_text(re.compile("Hello (Ana|Ben)!"))
    await page.get_by_label("With the values of").fill("cleo")
    await expect(measured).to_contain_text("Hello Cleo!")
    await _paste(page)
    await page.locator("#body").fill("Hello {{ name | default: 'neighbour' }}!")
    await browser.look("form")
    await _press(page, "Save the draft")
    await expect(page.get_by_role("status").first).to_contain_text("saved as a draft")
    facts = page.locator(".facts")
    said = "The list Spring, the segment VIPs, 1 pasted address; but not the list Staff"
    await expect(facts).to_contain_text(said)
    await browser.look("draft")
    made = await _made(clinic)
    pasted = PastedAddresses(channel=SMS, addresses=(STRANGER,))
    assert made.include == (ListMembers(list_id="spring"), SegmentMembers(segment_id="vips"), pasted)
    assert made.exclude == (ListMembers(list_id="staff"),)
    await _send(page)
    sent = {one["handset"]: one["body"] for one in await clinic.accepted()}
    assert sent == {ANA: "Hello Ana!", BEN: "Hello Ben!", STRANGER: "Hello neighbour!"}


async def test_a_series_of_broadcasts_is_planned_and_ended(clinic: Clinic, browser: Browser) -> None:
    page = browser.page
    await _people(clinic)
    await browser.open("/broadcasts")
    await browser.look("broadcasts-none")
    await page.get_by_role("link", name="New broadcast").press("Enter")
    await page.get_by_label("Name, for you").fill("Recall")
    await page.locator("[name=include_segments]").focus()
    await page.keyboard.press("Space")
    await expect(page.locator("#audience-count")).to_contain_text("2 people get it")
    await page.locator("#body").fill("Hello {{ name }}, please call us.")
    await page.get_by_label("Second text").fill("Once more, {{ name }}: please call us.")
    await page.get_by_label("The first one").fill(f"{NOON + timedelta(days=2):%Y-%m-%dT%H:%M}")
    await expect(page.locator("#measured .phone")).to_contain_text("please call us.")
    await browser.look("broadcast-form")
    await _press(page, "Plan the series")
    await expect(page.get_by_role("status").first).to_contain_text("It is planned.")
    await browser.look("broadcast-planned")
    await page.get_by_role("link", name="Cancel", exact=True).press("Enter")
    await browser.look("broadcast-cancel")
    await _press(page, "End the series")
    await expect(page.get_by_role("status").first).to_contain_text("no other follows it")


async def _leave_out(page: Page) -> None:
    """Leave out who works here."""
    await page.get_by_text("Leave somebody out").focus()
    await page.keyboard.press("Enter")
    await page.locator("[name=exclude_lists][value=staff]").focus()
    await page.keyboard.press("Space")
    counted = page.locator("#audience-count")
    await expect(counted).to_contain_text(re.compile("2 people get it.*1 is left out"))


async def _paste(page: Page) -> None:
    """Paste somebody whom nobody knows, and say once what is no number."""
    await page.get_by_text("Paste numbers or emails").focus()
    await page.keyboard.press("Enter")
    pasted, counted = page.locator("[name=include_addresses]"), page.locator("#audience-count")
    await pasted.fill("(212) 555-0193\ncall first")
    await expect(counted).to_contain_text("Line 2, 'call first'")
    await pasted.fill("(212) 555-0193")
    await expect(counted).to_contain_text(re.compile("3 people get it.*1 is left out"))


async def _send(page: Page) -> None:
    await _press(page, "Check every row")
    await expect(page.get_by_text("3 rows make 3 messages")).to_be_visible()
    await _press(page, "This is right: make it ready")
    await _press(page, "Send 3 messages")
    await expect(page.get_by_text("3 of 3 sent")).to_be_visible()


async def _made(clinic: Clinic) -> PeopleAudience:
    [made] = (await clinic.stores.campaigns.page(clinic.company_id, limit=2)).items
    assert isinstance(made.audience, PeopleAudience)
    return made.audience
