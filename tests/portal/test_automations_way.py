"""Automations in a real browser, as an approver looks after them."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest_asyncio
from playwright.async_api import expect

from shared.domain.automations.steps import (
    EndStep,
    HandOverStep,
    IfStep,
    WaitStep,
    WaitUntilEvent,
    WaitUntilTime,
)
from shared.domain.automations.trigger import Happened
from shared.domain.companies.user import Role
from shared.domain.contacts.segment import Activity as Did
from shared.domain.contacts.segment import AllOf, HasActivity, HasTag
from shared.domain.events.event import EventType
from shared.usecases.automations.save_automation import edit_automation
from shared.usecases.users.create_user import create_user
from tests.kit.automations import HOUR, Desk, a_definition, a_send, a_tag, a_wait
from tests.kit.builders import NOON, a_template
from tests.kit.clinic import Clinic
from tests.kit.portal.browser import Browser, open_browser
from tests.kit.portal.served_portal import served_portal
from tests.portal.conftest import PASSWORD
from tests.usecases.conftest import clinic

__all__ = ["clinic"]
EMAIL = "ada@clinic.example.org"
CONFIRMED = Happened(event=EventType.DISPOSITION_CHANGED, what="confirmed")
CAME = Happened(event=EventType.CONTACT_EVENT, what="came to the practice")
LONG = "Call them back: Gemeinschaftspraxis Dr. Müller-Lüdenscheidt und Partner, Weiterleitungsauskunft"
FORK = IfStep(
    id="fork",
    criterion=AllOf(criteria=(HasTag(value="warm"), HasActivity(activity=Did.ANSWERED, days=30))),
    then=(a_tag("vip", "vip"), EndStep(id="over")),
    otherwise=(
        a_send("nudge", "again"),
        IfStep(id="inner", criterion=HasTag(value="hard"), then=(HandOverStep(id="person", text=LONG),)),
    ),
)
STEPS = (
    a_send(),
    a_wait(seconds=2 * HOUR),
    FORK,
    WaitStep(id="answer", wait=WaitUntilEvent(event=CONFIRMED, limit_seconds=3 * 24 * HOUR)),
    a_tag("mark", "greeted"),
)
MORNING = WaitStep(id="morning", wait=WaitUntilTime(clock=NOON.time(), weekdays=(1, 2, 3)))


@pytest_asyncio.fixture
async def desk(clinic: Clinic) -> Desk:
    """An automation with 32 people in it: most wait, some have gone on."""
    desk = Desk(clinic)
    await desk.open(NOON)
    for name in ("hello", "again", "third"):
        template = a_template(id=name, name=name.title(), body=f"{name.title()} {{{{ name }}}}!")
        await desk.stores.templates.save("acme", name, template)
    await desk.publish(*STEPS, goals=(CAME,))
    for place in range(1, 5):
        await desk.add(f"c{place}", "new", *(["warm"] if place == 2 else []))
    desk.clock.at += timedelta(hours=3)
    while await desk.tick():
        pass
    for place in range(5, 33):
        await desk.add(f"c{place}", "new")
    return desk


@pytest_asyncio.fixture
async def browser(desk: Desk) -> AsyncIterator[Browser]:
    """A browser in which an approver of the clinic is signed in."""
    await create_user(desk.runtime, "acme", EMAIL, "Ada", Role.APPROVER, PASSWORD)
    async with served_portal(desk.runtime) as address, open_browser(address, "automations") as opened:
        await opened.sign_in("/automations", EMAIL, PASSWORD)
        await expect(opened.page.get_by_role("heading", level=1)).to_have_text("Automations")
        yield opened


async def test_an_approver_looks_at_an_automation_and_at_who_is_in_it(browser: Browser) -> None:
    page = browser.page
    await browser.look("list")
    await page.get_by_role("link", name="Welcome").focus()
    await page.keyboard.press("Enter")
    flow = page.get_by_role("region", name="What it does")
    await expect(flow.get_by_role("link", name="28 are here on: Wait 2 hours")).to_be_visible()
    await expect(flow.get_by_role("link", name="4 are here on: Wait until")).to_be_visible()
    await browser.look("flow")

    await page.get_by_role("link", name="Try it for one contact").click()
    await page.get_by_role("searchbox").fill("C1")
    await page.keyboard.press("Enter")
    await browser.look("try-whom")
    await page.get_by_role("link", name="C17").click()
    table = page.get_by_role("table")
    await expect(table).to_contain_text("Hello C17!")
    await expect(table).to_contain_text("It did not come in time")
    await browser.look("try")
    await page.get_by_role("searchbox").fill("nobody at all")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Nobody is found.")).to_be_visible()

    await browser.open("/automations/a1")
    await page.get_by_role("link", name="4 are here on: Wait until").click()
    await browser.look("people-on-a-step")
    await page.get_by_role("link", name="C1", exact=True).click()
    await expect(page.get_by_role("table")).to_contain_text("It is not so: the other branch")
    await expect(page.get_by_role("table")).not_to_contain_text("Queued")
    await browser.look("way")
    await page.get_by_role("link", name="Its messages of that day").first.click()
    await page.get_by_role("link", name="Welcome").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Welcome")
    await browser.open("/automations/a1/people")
    await page.get_by_role("link", name="Next page").click()
    await expect(page.get_by_role("link", name="C1", exact=True)).to_be_visible()
    await browser.look("people")


async def test_an_approver_publishes_an_edit_and_pauses_it_knowing_the_effect(
    desk: Desk, browser: Browser
) -> None:
    page = browser.page
    edited = (a_send("welcome", "third"), a_wait(seconds=HOUR), _lighter_fork(), MORNING, a_tag("mark", "x"))
    await edit_automation(desk.runtime, "acme", "a1", "Welcome", a_definition(*edited))
    desk.clock.at += timedelta(minutes=90)
    await browser.open("/automations/a1")
    draft = page.get_by_role("region", name="What the draft changes")
    await expect(draft).to_contain_text("28 wait in this step, 28 would go on now")
    await expect(draft).to_contain_text("Changed: Wait 2 hours → Wait 1 hour")
    await browser.look("draft")
    await draft.get_by_label("28 wait in this step").select_option("stay")
    await draft.get_by_role("button", name="Publish version 2").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status")).to_contain_text("It is published")
    await expect(page.get_by_role("main")).to_contain_text("28 of them on a step of an older version")
    await browser.look("published")
    await page.get_by_role("link", name="Version 2").click()
    await expect(page.get_by_role("list").first).to_be_visible()
    await browser.look("version")

    await browser.open("/automations/a1")
    for link, name, said in (
        ("Pause", "pause", "32 people stay on their steps until it goes on."),
        ("Go on", "resume", "33 people whom the pause held go on at once."),
        ("Let nobody in any more", "drain", "Nobody enters any more."),
    ):
        await page.get_by_role("link", name=link, exact=True).click()
        await expect(page.get_by_role("main")).to_contain_text(said)
        await browser.look(name)
        await page.get_by_role("button").last.focus()
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("status")).to_be_visible()
        if name == "pause":
            await desk.add("c40", "new")
            desk.clock.at += timedelta(minutes=80)
            await desk.tick()
            await page.reload()
    await browser.look("drained")


def _lighter_fork() -> IfStep:
    """The if of before, with a branch less."""
    return IfStep(id=FORK.id, criterion=FORK.criterion, then=FORK.then)
