"""The API's reference in a real browser: every operation with its example, and nothing from elsewhere."""

import asyncio
import socket
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import uvicorn
from msgspec import Struct, field
from playwright.async_api import Locator, Page, Request, async_playwright, expect

from functions.api.kit.app import build_app
from functions.api.kit.docs import FILES
from functions.api.kit.examples import example_of
from tests.api.test_authentication import an_unused_runtime
from tests.kit.stack.phone_browser import CHROMIUM, CHROMIUM_OPTIONS

FOLDER = Path("functions/api/reference")
# As swagger-ui-dist 5.35.0 has them.
VENDORED = {
    "swagger-ui-bundle.js": "e6a898692f2d768e807c3ba4626068a69a2c5dd960dd6c76f3e4d3a3de180af2",
    "swagger-ui.css": "5ed08757e53da3e026d6cbecc61fe5d43585c9560b302d534ad56692519a273d",
}


class Shown(Struct):
    """The page as it is opened, what went wrong on it, and whom it asked."""

    page: Page
    address: str
    faults: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)


@pytest_asyncio.fixture
async def address() -> AsyncIterator[str]:
    """The API, served over HTTP."""
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(build_app(an_unused_runtime()), log_config=None, lifespan="off")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    await serving


@pytest_asyncio.fixture(params=[(1280, 900), (390, 844)], ids=["desktop", "phone"])
async def shown(address: str, request: pytest.FixtureRequest) -> AsyncIterator[Shown]:
    width, height = request.param
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_OPTIONS)
        page = await browser.new_page(viewport={"width": width, "height": height})
        shown = Shown(page, address)

        def note(asked: Request) -> None:
            shown.asked.append(asked.url)

        page.on("request", note)
        page.on("pageerror", lambda error: shown.faults.append(str(error)))
        page.on(
            "console",
            lambda said: shown.faults.append(said.text) if said.type in ("error", "warning") else None,
        )
        await page.goto(f"{address}/v1/docs")
        await expect(page.locator(".opblock-tag-section").first).to_be_visible()
        yield shown
        await browser.close()


async def test_it_shows_every_operation_with_its_example(shown: Shown) -> None:
    page = shown.page
    document = build_app(an_unused_runtime()).openapi()
    operations = [one for operations in document["paths"].values() for one in operations.values()]
    tags = await page.locator(".opblock-tag-section h3 a").all_inner_texts()
    assert tags == [tag["name"] for tag in document["tags"]]
    text = await page.locator("#reference").text_content()
    assert "`" not in (text or "")
    for tag in tags:
        await _look_at_part(page, tag, [one for one in operations if one["tags"][0] == tag])
    await _part(page, "reports").locator("h3").click()
    example = example_of("get_fire_report")
    assert example is not None
    report = page.locator("#operations-reports-get_fire_report")
    if not await report.locator(".responses-inner").count():
        await report.locator(".opblock-summary-control").click()
    await expect(report).to_contain_text(example.answer["estimated_cost"], timeout=SLOW)
    await report.get_by_role("tab", name="Schema").first.click()
    await expect(report).to_contain_text("A fire in numbers that add up", timeout=SLOW)
    assert "`" not in (await report.text_content() or "")
    assert shown.faults == []
    assert {url.partition("/v1/")[0] for url in shown.asked if not url.startswith("data:")} == {shown.address}
    width = await page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert width <= 0, "the page is wider than its window"


OPENED = ("company", "campaigns", "contacts")
SLOW = 30_000  # milliseconds: an operation that is opened draws the whole page again


def _part(page: Page, tag: str) -> Locator:
    return page.locator(".opblock-tag-section").filter(has=page.locator(f"h3[data-tag='{tag}']"))


async def _look_at_part(page: Page, tag: str, operations: list[dict[str, Any]]) -> None:
    """Open one part, some with their first operation, and close it."""
    part = _part(page, tag)
    await part.locator("h3").click()
    await expect(part.locator(".opblock")).to_have_count(len(operations))
    summaries = await part.locator(".opblock-summary-description").all_inner_texts()
    assert sorted(summaries) == sorted(one["summary"] for one in operations)
    if tag in OPENED:
        block = page.locator(f"[id$='-{operations[0]['operationId']}'].opblock")
        await block.locator(".opblock-summary-control").click()
        await expect(block.locator(".responses-inner").first).to_be_visible(timeout=SLOW)
        await block.locator(".opblock-summary-control").click()
    assert "`" not in (await part.text_content() or ""), tag
    await part.locator("h3").click()


async def test_a_person_finds_an_operation_by_its_address(address: str, shown: Shown) -> None:
    """A link to one operation opens it, as people send such links around."""
    await shown.page.goto(f"{address}/v1/docs#/campaigns/fire_one_campaign")
    await shown.page.reload()
    await expect(shown.page.locator("#operations-campaigns-fire_one_campaign.is-open")).to_be_visible(
        timeout=SLOW
    )


def test_the_renderer_is_the_published_one_with_its_licence() -> None:
    for name, digest in VENDORED.items():
        assert sha256((FOLDER / name).read_bytes()).hexdigest() == digest, name
    assert "Apache License" in (FOLDER / "LICENSE").read_text(encoding="utf-8")
    assert "SmartBear" in (FOLDER / "NOTICE").read_text(encoding="utf-8")
    assert set(VENDORED) < set(FILES)
