"""Settings in a real browser, as an admin and an approver use them, by keyboard where that is quicker."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest_asyncio
from playwright.async_api import expect

from infra.local.simulator.outcomes import Answer
from shared.acting import acting
from shared.domain.companies.audit_record import Act, ActorKind
from shared.domain.companies.trial import code_of
from shared.domain.companies.user import Role
from shared.domain.events.webhook_delivery import after_try, webhook
from shared.domain.events.webhook_endpoint import Try
from shared.domain.record import replace
from shared.usecases.companies.change_trial import change_trial
from shared.usecases.companies.require_approval import require_approval
from shared.usecases.users.create_user import create_user
from tests.kit.builders import an_endpoint, an_event
from tests.kit.clinic import Clinic, people
from tests.kit.portal.browser import Browser, open_browser
from tests.kit.portal.served_portal import served_portal
from tests.portal.conftest import PASSWORD
from tests.usecases.conftest import clinic

__all__ = ["clinic"]
EMAIL = "ada@clinic.example.org"
LONG = "Weiterleitungsauskunft der Gemeinschaftspraxis Dr. Müller-Lüdenscheidt und Partner GbR"


@pytest_asyncio.fixture
async def browser(clinic: Clinic) -> AsyncIterator[Browser]:
    """A browser in which an admin of the clinic is signed in."""
    await create_user(clinic.runtime, clinic.company_id, EMAIL, "Ada", Role.ADMIN, PASSWORD)
    async with served_portal(clinic.runtime) as address, open_browser(address, "settings") as opened:
        await opened.sign_in("/settings", EMAIL, PASSWORD)
        await expect(opened.page.get_by_role("heading", level=1)).to_have_text("Settings")
        yield opened


async def test_an_admin_sets_everything(clinic: Clinic, browser: Browser) -> None:
    page = browser.page
    await browser.look("settings")
    await page.get_by_role("link", name="API keys").click()
    await browser.look("no-keys")
    await page.get_by_label("Name, such as").fill(LONG)
    await page.get_by_label("send:").check()
    await page.get_by_label("Ends after").fill("90")
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("Key", exact=True)).to_have_value(re.compile("^rk_"))
    await browser.look("key-made")
    await page.get_by_role("link", name="Done").click()
    await browser.look("keys")
    await page.get_by_role("link", name=LONG).click()
    await browser.look("key")

    await browser.open("/settings/company")
    await page.get_by_label("Other days").fill("2026-12-24\n2026-12-31")
    await page.get_by_label("Answer to HELP").fill("Call 212 555 0100.")
    await page.get_by_label("Rows and uploads").fill("45")
    await browser.look("company")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("status")).to_contain_text("rules are saved")

    await browser.open("/settings/senders")
    await browser.look("senders")
    await page.get_by_role("link", name="Add a sender").click()
    await browser.look("sender-new")
    await browser.open("/settings/senders/texts")
    await page.get_by_role("link", name="Pause it").click()
    await browser.look("sender-pause")
    await page.get_by_role("button", name="Pause it").click()
    await page.get_by_role("button", name="Ask Twilio").click()
    await expect(page.get_by_text("says that it can send")).to_be_visible()
    await browser.look("sender")
    await page.get_by_role("link", name="Go on").click()
    await page.get_by_role("button", name="Let it go on").click()
    await page.get_by_label("At most so many a day").fill("2000")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_label("At most so many a day")).to_have_value("2000")

    await browser.open("/settings/webhooks")
    await browser.look("no-webhooks")
    now = clinic.runtime.now()
    until = now + timedelta(minutes=5)
    endpoint = replace(an_endpoint(id="hook"), name=LONG, failing_since=now, waits_until=until)
    await clinic.stores.webhook_endpoints.save(clinic.company_id, "hook", endpoint)
    await page.reload()
    await browser.look("webhooks")
    await page.get_by_role("link", name=LONG).click()
    await expect(page.get_by_text("It gets nothing before")).to_be_visible()
    await browser.look("webhook")
    sent = webhook(endpoint, [an_event(what="answer" * 40)], clinic.runtime.now())
    refused = Try(at=sent.created_at, status=503, response="down " * 90, reason="It answered 503.")
    await clinic.stores.webhook_deliveries.save(clinic.company_id, sent.id, after_try(sent, refused))
    await page.reload()
    await browser.look("webhook-tried")
    await page.get_by_role("row").nth(1).get_by_role("link").click()
    await browser.look("webhook-sent")
    await page.get_by_role("button", name="Send it again").click()
    await expect(page.get_by_role("status")).to_contain_text("on its way again")

    act = Act(
        id="x", kind=ActorKind.OPS, actor_id="ops", actor_name="Whoever runs Rollcall", came_from="",
        operation="change", at=clinic.runtime.now(),
    )  # fmt: skip
    with acting(act):
        await require_approval(clinic.runtime, clinic.company_id, 500, by="ops")
    await browser.open("/settings/audit")
    await expect(page.get_by_role("table")).to_contain_text("Whoever runs Rollcall")
    await browser.look("audit")
    await page.locator("[name=noun]").select_option("sender")
    await page.get_by_role("button", name="Show").click()
    await expect(page.get_by_role("table")).to_contain_text("is paused: no → yes")


async def test_an_admin_verifies_an_address_of_a_trial_and_takes_it_away(
    clinic: Clinic, browser: Browser
) -> None:
    page, runtime = browser.page, clinic.runtime
    await change_trial(runtime, clinic.company_id, is_on=True)
    await browser.open("/settings/trial")
    await browser.look("trial-empty")
    await page.get_by_label("Phone or email").fill("(212) 555-0142")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status")).to_contain_text("A code is on its way to +12125550142")
    [sent] = (await clinic.stores.companies.get(clinic.company_id)).trial_codes.sent
    for text in ("0", code_of(sent.message_id, runtime.settings.link_keys[0])):
        await page.get_by_label("The code that").fill(text)
        await browser.look("trial-code")
        await page.keyboard.press("Enter")
    await expect(page.get_by_role("status").first).to_contain_text("is verified: messages go there")
    await browser.look("trial-verified")
    away = page.get_by_role("button", name="Take away +12125550142")
    await away.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status").first).to_contain_text("nothing more goes there")
    await expect(away).to_have_count(0)


async def test_an_approver_sees_why_a_fire_paused_and_settles_what_is_unknown(
    clinic: Clinic, browser: Browser
) -> None:
    page = browser.page
    await clinic.simulator.ask_fault("twilio", Answer.ERROR)
    await clinic.load(*people(24), {"Patient": "Bad", "Phone": "555"})
    campaign = await clinic.ready(pause_at_percent=30)
    fire = await clinic.fire(campaign.id)
    await clinic.simulator.clear_faults()
    await browser.open(f"/campaigns/{campaign.id}")
    await expect(page.get_by_text("It paused by itself")).to_be_visible()
    await browser.look("paused-by-itself")
    await browser.open(f"/fires/{fire.id}?state=failed")
    await browser.look("failed-rows")
    await browser.open(f"/fires/{fire.id}?state=unknown")
    await page.get_by_label("Tick all").focus()
    await page.keyboard.press("Space")
    await browser.look("unknown")
    await page.get_by_label("were not sent").check()
    await page.get_by_role("button", name="Settle them").click()
    await expect(page.get_by_role("status")).to_contain_text("24 are noted as not sent")
