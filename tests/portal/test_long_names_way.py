"""Names as long as they may be, in a real browser: nothing runs out of the screen, nothing is pushed away."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from shared.domain.companies.user import Role
from shared.domain.record import replace
from shared.usecases.users.create_user import create_user
from tests.api.conftest import office
from tests.kit.api.office import OURS, Office
from tests.kit.portal.browser import Browser, open_browser
from tests.kit.portal.served_portal import served_portal
from tests.portal.conftest import PASSWORD

__all__ = ["office"]
EMAIL = "ada@office.example.org"
LONG = "Wiederholungsterminerinnerung für " + "Donaudampfschifffahrtsgesellschaftskapitän" * 3
PAGES = (
    *("/", "/files", "/files/new", "/sources", "/campaigns", "/contacts/new", "/lists", "/segments"),
    *("/imports/new", "/sequences", "/sequences/new", "/mailboxes", "/automations", "/settings/senders"),
    *("/settings/users", "/settings/webhooks", "/settings/api-keys", "/reports", "/board", "/inbox/saved"),
    *(f"/campaigns/campaign-{OURS}", f"/campaigns/campaign-{OURS}/pause", f"/files/file-{OURS}"),
    *(f"/contacts/contact-{OURS}", f"/contacts/contact-{OURS}/edit", f"/lists/list-{OURS}"),
)


@pytest_asyncio.fixture
async def browser(office: Office) -> AsyncIterator[Browser]:
    """A browser in which an admin is signed in, of a company whose things have long names."""
    stores = office.stores
    await create_user(office.runtime, OURS, EMAIL, LONG[:100], Role.ADMIN, PASSWORD)
    collections: dict[str, Any] = {
        "campaign": stores.campaigns, "file": stores.files, "source": stores.sources,
        "list": stores.contact_lists, "segment": stores.segments, "saved": stores.saved_replies,
        "key": stores.api_keys, "endpoint": stores.webhook_endpoints, "sequence": stores.sequences,
        "automation": stores.automations, "sender": stores.senders,
    }  # fmt: skip
    for noun, collection in collections.items():
        one = await collection.get(OURS, f"{noun}-{OURS}")
        await collection.save(OURS, one.id, replace(one, name=LONG))
    mailbox = await stores.mailboxes.get(OURS, f"mailbox-{OURS}")
    address = "a.very.long.address.of.somebody@a-long-domain-name.of-a-clinic.in-a-far-country.example.org"
    await stores.mailboxes.save(OURS, mailbox.id, replace(mailbox, email=address))
    async with served_portal(office.runtime) as address, open_browser(address, "long") as opened:
        await opened.sign_in("/account", EMAIL, PASSWORD)
        yield opened


@pytest.mark.timeout(180)
async def test_long_names_are_broken_and_nothing_is_pushed_off_the_screen(browser: Browser) -> None:
    for path in PAGES:
        await browser.open(path)
        await browser.look(path.strip("/").replace("/", "-") or "home")
    await browser.page.set_viewport_size({"width": 1280, "height": 900})
    for path in ("/campaigns", "/files", "/mailboxes", "/lists"):
        await browser.open(path)
        table = browser.page.locator(".scroll").first
        wide, seen = await table.evaluate("one => [one.scrollWidth, one.clientWidth]")
        assert wide <= seen, path
