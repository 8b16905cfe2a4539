"""A campaign in a real browser: its steps, a test to oneself, the check of every row, and how it goes."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, time, timedelta

import pytest_asyncio
from playwright.async_api import Page, Response, expect

from shared.domain.campaigns.audience import FileAudience
from shared.domain.campaigns.step import AfterDelay, DelayMeasure, OnlyIf
from shared.domain.campaigns.window import ContactWindow
from shared.domain.companies.user import Role
from shared.domain.messages.sending import Delivery
from shared.domain.record import replace
from shared.providers.twilio.codes import delivery_reason
from shared.usecases.sending.dispatch_due_batches import dispatch_due_batches
from shared.usecases.users.create_user import create_user
from tests.kit.builders import a_campaign, a_step
from tests.kit.clinic import Clinic
from tests.kit.clock import Clock
from tests.kit.portal.browser import Browser, open_browser
from tests.kit.portal.served_portal import served_portal
from tests.portal.conftest import PASSWORD
from tests.usecases.conftest import clinic

__all__ = ["clinic"]
EMAIL = "ada@clinic.example.org"
NOON = datetime(2026, 11, 23, 17, tzinfo=UTC)  # a Monday, noon in New York and 09:00 in Los Angeles
LATER = timedelta(minutes=30)  # until the window opens there
WINDOW = ContactWindow(opens=time(9, 30), closes=time(20), time_zone_field="phone")
LONG = "Bartholomew Featherstonehaugh-Cholmondeley the Younger"
ROWS = [
    *({"Patient": name, "Phone": f"+1 212 555 20{at:02}"} for at, name in enumerate(("Ana", LONG, "Cleo"))),
    *({"Patient": name, "Phone": f"+1 213 555 20{at:02}"} for at, name in enumerate(("Dee", "Eve"))),
    {"Patient": "Fay", "Phone": "call first"},
]
FOLLOW_UP = a_step(
    id="again",
    when=AfterDelay(seconds=7_200, counted_from=DelayMeasure.STEP),
    only_if=OnlyIf.NOT_ANSWERED,
)


@pytest_asyncio.fixture
async def noon(clinic: Clinic) -> Clock:
    """The clinic's clock, at noon."""
    return clinic.stop_clock(NOON)


@pytest_asyncio.fixture
async def browser(clinic: Clinic, noon: Clock) -> AsyncIterator[Browser]:
    """A browser in which an approver of the clinic is signed in."""
    await create_user(clinic.runtime, clinic.company_id, EMAIL, "Ada", Role.APPROVER, PASSWORD)
    async with served_portal(clinic.runtime) as address, open_browser(address, "campaigns") as opened:
        await opened.sign_in("/campaigns", EMAIL, PASSWORD)
        await expect(opened.page.get_by_role("heading", level=1)).to_have_text("Campaigns")
        yield opened


async def _press(page: Page, name: str) -> None:
    button = page.get_by_role("button", name=name, exact=True)
    await button.focus()
    await page.keyboard.press("Enter")


async def _follow(page: Page, name: str) -> None:
    link = page.get_by_role("link", name=name, exact=True)
    await link.focus()
    await page.keyboard.press("Enter")


async def test_how_it_goes_is_shown_while_it_goes(clinic: Clinic, noon: Clock, browser: Browser) -> None:
    page, answers = browser.page, list[int]()

    def note(response: Response) -> None:
        if "/live" in response.url:
            answers.append(response.status)

    page.on("response", note)
    await clinic.load(*ROWS[:5])
    await clinic.ready(steps=(a_step(), FOLLOW_UP), window=WINDOW)
    fire = await clinic.fire()  # three go out; two wait for the window in Los Angeles
    await browser.open("/campaigns/reminders")
    ledger = page.locator("#ledger")
    await expect(ledger.get_by_role("status")).to_contain_text("3 of 5 sent")
    await expect(ledger).to_contain_text("The contact window is from 09:30 to 20:00 in America/Los_Angeles")
    facts = ledger.locator(".numbers").first
    await expect(facts).to_contain_text(re.compile(r"Messages a minute\s*3"))
    await expect(facts).to_contain_text(re.compile(r"Time left\s*About 30 minutes"))
    await expect(facts).to_contain_text(re.compile(r"Goes on\s*today 12:30"))
    steps = ledger.get_by_role("table")
    await expect(steps.get_by_role("row", name=re.compile("1. At once, for everybody"))).to_contain_text(
        "60 %"
    )
    await expect(steps.get_by_role("row", name=re.compile("2. 2 hours after"))).to_contain_text("Begins when")
    await expect(page.get_by_role("link", name="Pause: 2 still to come")).to_be_visible()
    await browser.look("live")
    async with page.expect_response(lambda answer: "/live" in answer.url and answer.status == 304):
        pass  # nothing changed: nothing is sent
    noon.at += LATER
    await dispatch_due_batches(clinic.runtime, noon.at)
    await expect(ledger.get_by_role("status")).to_contain_text("5 of 5 sent")  # without a reload
    await expect(facts).to_contain_text(re.compile(r"Goes on\s*today 14:30"))
    assert {200, 304} <= set(answers)
    await expect(page.get_by_role("link", name="Pause", exact=True)).to_be_visible()
    await browser.open(f"/fires/{fire.id}")
    await expect(page.locator("#ledger .by-step")).to_be_visible()
    await browser.look("fire-live")
    await browser.open("/campaigns/reminders")
    await page.get_by_role("link", name="Pause", exact=True).press("Enter")
    await expect(page.get_by_role("heading", name="Pause Reminders?")).to_be_visible()
    await browser.look("pause")
    stops = await browser.tab_through()
    assert stops[0] == "Skip to the content"
    assert stops[-2:] == ["Pause it", "Let it go on"]
    await page.get_by_role("button", name="Pause it").press("Enter")
    await expect(page.get_by_text("The campaign is paused.", exact=True)).to_be_visible()
    await browser.look("paused")
    stops = await browser.tab_through()
    assert [one for one in stops if one in ("Go on", "Send a test", "Duplicate", "Cancel")] == [
        *("Go on", "Send a test", "Duplicate", "Cancel")
    ]


async def test_steps_a_test_and_the_check_of_every_row(clinic: Clinic, browser: Browser) -> None:
    file = await clinic.load(*ROWS)
    audience = FileAudience(source_id="appointments", file_id=file.id)
    await clinic.save(a_campaign(audience=audience, window=WINDOW))
    await browser.open("/campaigns/reminders")
    await _steps(browser)
    await _test(clinic, browser)
    await _check(browser)


async def test_what_did_not_arrive_is_sent_again(clinic: Clinic, browser: Browser) -> None:
    page = browser.page
    await clinic.load(*ROWS[:3], {"Patient": "Hal", "Phone": "+1 212 555 0003"})
    await clinic.ready()
    fire = await clinic.fire()
    for message in (await clinic.messages())[:2]:
        lost = replace(
            message,
            delivery=Delivery.UNDELIVERED,
            delivery_code="30003",
            delivery_reason=delivery_reason("30003"),
        )
        await clinic.stores.messages.save(clinic.company_id, message.id, lost)
    await browser.open(f"/fires/{fire.id}")
    await expect(page.get_by_text("The phone was switched off or out of reach.")).to_be_visible()
    await _follow(page, "Send it again to those whom it did not reach")
    await browser.look("resend-reasons")
    for box in await page.get_by_role("checkbox").all():
        await box.focus()
        await page.keyboard.press("Space")
    await _press(page, "What would that come to?")
    await expect(page.get_by_role("heading", name="2 people get it again")).to_be_visible()
    await expect(page.get_by_role("listitem").filter(has_text="opted out since")).to_contain_text("1")
    await browser.look("resend")
    await _press(page, "Send it again to 2 people")
    await expect(page.get_by_role("status").first).to_contain_text("2 people get it again.")
    await browser.look("resent")
    assert sorted((await clinic.sent_counts()).values()) == [1, 2, 2]


async def test_rejected_rows_are_corrected_on_a_page(clinic: Clinic, browser: Browser) -> None:
    page = browser.page
    file = await clinic.load(*ROWS[:2], *({"Patient": name, "When": "soon"} for name in (LONG, "Gil", "Hal")))
    assert (file.row_count, file.rejected_count) == (2, 3)
    await browser.open(f"/files/{file.id}")
    await _follow(page, "Correct them here")
    moments = [page.get_by_label(f"Rejected row {number}: When") for number in (1, 2, 3)]
    await moments[0].fill("12/24/2099 15:30")
    await moments[1].fill("tomorrow")
    await _press(page, "Read what I corrected")
    await expect(page.get_by_role("alert")).to_contain_text("One row is still wrong: rejected row 2.")
    await expect(moments[1]).to_have_attribute("aria-invalid", "true")
    await expect(moments[2]).to_have_attribute("aria-invalid", "true")
    await expect(moments[0]).not_to_have_attribute("aria-invalid", "true")
    await expect(moments[0]).to_have_value("12/24/2099 15:30")
    await browser.look("rejected")
    await moments[1].fill("12/24/2099 16:30")
    await _press(page, "Read what I corrected")
    said = page.get_by_role("status").first
    await expect(said).to_contain_text("The 2 corrected rows are part of the file now")
    joined = await clinic.stores.files.get(clinic.company_id, page.url.rpartition("/")[2])
    assert (joined.id, joined.row_count, joined.rejected_count) == (file.id, 4, 1)
    await expect(page.get_by_role("region", name="Table of rows")).to_contain_text("2099-12-24 16:30")
    await browser.look("corrected")


async def test_a_file_that_is_dropped_is_chosen(browser: Browser) -> None:
    page = browser.page
    await browser.open("/files/new")
    dropped = await page.evaluate_handle(
        "() => { const all = new DataTransfer(); all.items.add(new File(['Phone'], 'day.csv')); return all; }"
    )
    await page.locator(".drop").dispatch_event("drop", {"dataTransfer": dropped})
    assert await page.locator("input[type=file]").evaluate("input => input.files[0].name") == "day.csv"


async def _steps(browser: Browser) -> None:
    page = browser.page
    await _follow(page, "Add a follow-up")
    await page.get_by_label("How long").fill("2")
    await page.get_by_label("It goes out").select_option("answered_with")
    await page.locator("#body").fill("Hello {{ name }}, ")
    await _press(page, "doctor")
    await page.keyboard.type(" asks once more. Reply 1 to confirm.")
    await expect(page.locator("#measured .phone")).to_contain_text("Dr Vega asks once more")
    await expect(page.locator("#measured")).to_contain_text("if all 6 rows get one like it")
    await _press(page, "Save the step")
    await expect(page.get_by_role("alert")).to_contain_text("say which answers it follows on")
    await browser.look("step")
    await page.get_by_label("It goes out").select_option("not_answered")
    await _press(page, "Save the step")
    timeline = page.get_by_role("list", name="Steps, in the order of time")
    await expect(timeline).to_contain_text("Step 1: At once, for everybody")
    await expect(timeline).to_contain_text("Step 2: 2 days after they were sent it, for who has not answered")
    await browser.look("timeline")
    await _follow(page, "Add a follow-up")
    await page.get_by_label("By a date of the row").check()
    await page.get_by_label("How much").fill("1")
    await page.get_by_label("At the time of day").fill("17:00")
    await page.locator("#body").fill("Until tomorrow, {{ name }}.")
    await _press(page, "Save the step")
    said = "Step 3: 1 day before the time in “appointment at” at 17:00, for who has not answered"
    await expect(timeline).to_contain_text(said)
    await page.get_by_role("button", name="Take away step 3").click()
    await expect(timeline.get_by_role("listitem")).to_have_count(2)
    await _follow(page, "Change step 2")
    await expect(page.get_by_label("How long")).to_have_value("2")
    await page.locator("[name=unit]").select_option("hours")
    await _press(page, "Save the step")
    await expect(timeline).to_contain_text("Step 2: 2 hours after")


async def _test(clinic: Clinic, browser: Browser) -> None:
    page = browser.page
    await _follow(page, "Send a test")
    await page.get_by_label("Which step").select_option(index=1)
    await page.get_by_label("Your phone").fill("call first")
    await _press(page, "Send the test")
    await expect(page.get_by_role("alert")).to_contain_text("Address")
    await browser.look("test-wrong")
    await page.get_by_label("Your phone").fill("917 555 0142")
    await page.get_by_label("With the values of row").fill("3")
    await _press(page, "Send the test")
    await expect(page.locator("#tested")).to_contain_text("To +19175550142, today 12:00")
    await expect(page.locator("#tested .phone")).to_contain_text(f"Hello {LONG}, Dr Vega asks once more")
    await browser.look("test-sent")
    assert await clinic.sent_counts() == {"+19175550142": 1}
    await _follow(page, "Reminders")


async def _check(browser: Browser) -> None:
    page = browser.page
    await _press(page, "Check every row")
    await expect(page.get_by_role("heading", name="When it arrives, on people's own clocks")).to_be_visible()
    arrivals = page.get_by_role("region", name="Table of arrivals by hour")
    await expect(arrivals.get_by_role("row", name="09:00 0 2")).to_be_visible()
    await expect(arrivals.get_by_role("row", name="12:00 3 0")).to_be_visible()
    await expect(page.locator(".figure canvas")).to_be_visible()
    await browser.look("preview")
    await page.get_by_label("One row").fill("3")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Row 3")).to_be_visible()
    await expect(page.locator("td .phone").first).to_contain_text(LONG)
    await browser.look("preview-row")
    await page.get_by_label("One row").fill("99")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("There is no such row.")).to_be_visible()
