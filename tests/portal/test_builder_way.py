"""An automation made in a real browser by keyboard: from nothing to published, and edited with one inside."""

from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Locator, expect

from shared.domain.automations.enrollment import EndReason
from shared.domain.companies.user import Role
from shared.usecases.users.create_user import create_user
from tests.kit.automations import Desk
from tests.kit.builders import NOON
from tests.kit.clinic import Clinic
from tests.kit.portal.browser import Browser, open_browser
from tests.kit.portal.served_portal import served_portal
from tests.portal.conftest import PASSWORD
from tests.usecases.conftest import clinic
from tests.usecases.contact_imports.test_rows import wishes

__all__ = ["clinic"]
EMAIL = "ada@clinic.example.org"
MOST_TABS = 150
# What is only said stands on its own in a name: "Edit" and ": Wait 2 hours" are "Edit : Wait 2 hours".
FORK = "If the contact has the tag 'warm'"


class Keyboard:
    """Somebody who has no mouse."""

    def __init__(self, browser: Browser) -> None:
        self.browser, self.page = browser, browser.page

    async def reach(self, wanted: Locator) -> None:
        """Press Tab until it has the focus."""
        for _ in range(MOST_TABS):
            if await wanted.evaluate("one => one === document.activeElement"):
                return
            await self.page.keyboard.press("Tab")
        raise AssertionError(f"{wanted} is not reached by the keyboard")

    async def follow(self, name: str) -> None:
        """Reach a link, and press Enter on it."""
        await self.reach(self.page.get_by_role("link", name=name, exact=True))
        await self.page.keyboard.press("Enter")

    async def press(self, name: str) -> None:
        """Reach a button, and press it."""
        await self.reach(self.page.get_by_role("button", name=name, exact=True))
        await self.page.keyboard.press("Enter")

    async def write(self, label: str, text: str) -> None:
        """Reach a field, and type over what is in it."""
        await self.reach(self.page.get_by_role("textbox", name=label))
        await self.page.keyboard.press("Control+A")
        await self.page.keyboard.type(text)

    async def choose(self, label: str, text: str) -> None:
        """Reach a choice, and type the first letters of what is chosen."""
        await self.reach(self.page.get_by_role("combobox", name=label, exact=True))
        await self.page.keyboard.type(text)

    async def add(self, where: str, kind: str) -> None:
        """Choose a place and a kind of step."""
        await self.follow(f"Add a step {where}")
        await self.follow(kind)
        await expect(self.page.get_by_role("heading", level=1)).to_have_text(kind)


@pytest_asyncio.fixture
async def desk(clinic: Clinic) -> Desk:
    """A clinic without automations."""
    desk = Desk(clinic)
    await desk.open(NOON)
    return desk


@pytest_asyncio.fixture
async def keyboard(desk: Desk) -> AsyncIterator[Keyboard]:
    """An admin of the clinic at a browser, signed in."""
    await create_user(desk.runtime, "acme", EMAIL, "Ada", Role.ADMIN, PASSWORD)
    async with served_portal(desk.runtime) as address, open_browser(address, "builder") as opened:
        await opened.sign_in("/automations", EMAIL, PASSWORD)
        await expect(opened.page.get_by_role("heading", level=1)).to_have_text("Automations")
        yield Keyboard(opened)


async def test_an_automation_is_made_published_and_edited_by_keyboard(desk: Desk, keyboard: Keyboard) -> None:
    page, look = keyboard.page, keyboard.browser.look
    await look("none")
    await _begin(keyboard)
    await _add_steps(keyboard)
    await _move_and_undo(keyboard)
    await keyboard.follow("Look at it and publish")
    await look("to-be-published")
    await keyboard.press("Publish version 1")
    await expect(page.get_by_role("status")).to_contain_text("It is published")

    await desk.add("c1", "new")
    await keyboard.browser.open("/automations")
    await keyboard.follow("Welcome back")
    await keyboard.follow("Edit")
    await expect(page.get_by_role("link", name="1 is here on: Wait 2 hours")).to_be_visible()
    await keyboard.follow("Edit : Wait 2 hours")
    await keyboard.write("How long", "30")
    await keyboard.choose("In", "min")
    await look("wait")
    await keyboard.press("Save the step")
    await look("draft-with-people")
    await keyboard.follow("Look at it and publish")
    draft = page.get_by_role("region", name="What the draft changes")
    await expect(draft).to_contain_text("Changed: Wait 2 hours → Wait 30 minutes")
    await keyboard.choose("1 waits in this step, 0 would go on now, none gets anything twice.", "leave")
    await look("choice")
    await keyboard.press("Publish version 2")
    await expect(page.get_by_role("status")).to_contain_text("It is published")
    [enrollment] = await desk.enrollments()
    assert enrollment.end_reason is EndReason.LEFT

    await keyboard.follow("Version 2")
    await expect(page.get_by_role("main")).to_contain_text("Changed: Wait 2 hours → Wait 30 minutes")
    await look("version")
    await keyboard.browser.open("/contacts/c1")
    await look("contact")
    await keyboard.follow("Welcome back")
    await expect(page.get_by_role("main")).to_contain_text("Ended")
    await keyboard.follow("To the contact")
    await expect(page.get_by_role("heading", level=1)).to_have_text("C1")


async def test_an_if_about_the_row_is_built_by_keyboard_and_chooses_by_it(
    desk: Desk, keyboard: Keyboard
) -> None:
    await wishes(desk.clinic)
    page, look = keyboard.page, keyboard.browser.look
    await keyboard.browser.open("/automations/new?event=contact.row_loaded")
    await keyboard.write("Name, for you", "Visits")
    await keyboard.choose("From the source", "App")
    await keyboard.press("Make the draft")
    await keyboard.add("at the start", "If and otherwise")
    await keyboard.choose("Group 1, condition 1: what is asked", "the row")
    await keyboard.choose("Group 1, condition 1: column", "Doc")
    await keyboard.write("Group 1, condition 1: value", "Dr Lee")
    await expect(page.get_by_text("It depends on the row that lets each in")).to_be_visible()
    await look("row")
    await keyboard.press("Add the step")
    fork = "If the contact came in by a row whose doctor is 'Dr Lee'"
    await keyboard.add(f"then, first, of: {fork}", "Attach or take off a tag")
    await keyboard.write("Tag", "sees lee")
    await keyboard.press("Add the step")
    await keyboard.follow("Look at it and publish")
    await keyboard.press("Publish version 1")
    await expect(page.get_by_role("status")).to_contain_text("It is published")
    await desk.clinic.load(
        {"Patient": "Ana", "Doctor": "Dr Lee"},
        {"Patient": "Ben", "Phone": "(212) 555-0199", "Doctor": "Dr Vega"},
    )
    ways = [[step.outcome for step in one.completed] for one in await desk.enrollments()]
    assert sorted(ways) == [["otherwise"], ["then", "done"]]


async def _begin(keyboard: Keyboard) -> None:
    page, look = keyboard.page, keyboard.browser.look
    await page.get_by_role("link", name="New automation").first.focus()
    await page.keyboard.press("Enter")
    await look("what-lets-in")
    await keyboard.follow("A tag is attached")
    await keyboard.press("Make the draft")
    await expect(page.get_by_label("Name, for you")).to_have_attribute("aria-invalid", "true")
    await look("without-name")
    await keyboard.write("Name, for you", "Welcome back")
    await keyboard.write("The tag", "new")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Draft of Welcome back")
    await look("draft-empty")


async def _add_steps(keyboard: Keyboard) -> None:
    page, look = keyboard.page, keyboard.browser.look
    await keyboard.follow("Add a step at the start")
    await look("kinds")
    await keyboard.follow("Wait for some time")
    await keyboard.write("How long", "")
    await page.keyboard.press("Enter")
    await expect(page.locator("#amount-problem")).to_have_text("Say how long, such as 2")
    await look("wait-wrong")
    await keyboard.write("How long", "2")
    await page.keyboard.press("Enter")
    await keyboard.add("after: Wait 2 hours", "If and otherwise")
    await keyboard.press("Add a condition to group 1")
    await expect(page.get_by_label("Group 1, condition 2: tag")).to_be_visible()
    await keyboard.press("Remove condition 2 of group 1")
    await expect(page.get_by_label("Group 1, condition 2: tag")).to_have_count(0)
    await keyboard.write("Group 1, condition 1: tag", "warm")
    await expect(page.get_by_text("of 0 contacts")).to_be_visible()
    await look("if")
    await keyboard.reach(page.get_by_role("textbox", name="Group 1, condition 1: tag"))
    await page.keyboard.press("Enter")
    await keyboard.add(f"then, first, of: {FORK}", "Attach or take off a tag")
    await keyboard.write("Tag", "vip")
    await look("tag")
    await page.keyboard.press("Enter")
    await keyboard.add(f"otherwise, first, of: {FORK}", "Send a message")
    await keyboard.choose("From", "A text")
    await keyboard.write("Text of the message", "Good to see you, {{ name }}!")
    await look("send")
    await keyboard.press("Add the step")
    await keyboard.add(f"after both branches : {FORK}", "End here")
    await keyboard.press("Add the step")
    flow = page.get_by_role("region", name="Steps").get_by_role("list").first
    await expect(flow.get_by_role("list")).to_have_count(2)
    await look("draft")


async def _move_and_undo(keyboard: Keyboard) -> None:
    page = keyboard.page
    first = page.get_by_role("region", name="Steps").get_by_role("listitem").first
    await keyboard.press("Down : Wait 2 hours")
    await expect(first).to_contain_text(FORK)
    await keyboard.follow("Elsewhere : Wait 2 hours")
    await keyboard.browser.look("elsewhere")
    await keyboard.browser.page.go_back()
    await keyboard.press("Undo the last change")
    await expect(first).to_contain_text("Wait 2 hours")
    await keyboard.press(f"Remove with 2 in its branches : {FORK}")
    await expect(page.get_by_role("region", name="Steps")).not_to_contain_text(FORK)
    await keyboard.press("Undo the last change")
    await expect(page.get_by_role("region", name="Steps")).to_contain_text(FORK)
