"""Debian's Chromium on the portal: each page is looked at by axe, and leaves a picture at both widths."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

from playwright.async_api import Page, async_playwright

from tests.kit.architecture.source_tree import ROOT
from tests.kit.stack.phone_browser import CHROMIUM, CHROMIUM_OPTIONS

# axe-core 4.14.1 (MPL-2.0), as it was published.
AXE = Path(__file__).parent / "axe/axe.min.js"
AXE_DIGEST = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c"
SCREENS = ROOT / ".local/screens"
README_SCREENS, README_QUALITY = SCREENS / "readme", 55
WIDTHS = {1280: 900, 390: 844}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OF_COLOURS = ["color-contrast", "link-in-text-block"]  # a scheme changes nothing else
SCHEMES: tuple[tuple[Literal["dark", "light"], list[str]], ...] = (("dark", OF_COLOURS), ("light", RULES))
# What passes is not gathered: naming every element of a page takes most of the time.
_RUN_AXE = """async (rules) =>
    (await axe.run(document, {runOnly: rules, resultTypes: ["violations"]})).violations"""
# A plot is drawn anew some moments after its page got another width.
_PLOTS_FIT = """[...document.querySelectorAll("[data-plot] canvas")].every(
    (one) => one.clientWidth <= one.closest("[data-plot]").clientWidth
        && one.clientWidth >= one.closest("[data-plot]").clientWidth - 1)"""

MOST_PRESSES = 400
# Where the focus is: what it is called, whether one sees that, and whether it follows the last stop.
_STOP = """() => {
    const one = document.activeElement, last = window.lastStop;
    if (one === last) return {is_same: true};  // a time has fields of its own for hours and minutes
    if (one === document.body || one.dataset.stopped) return {name: ""};
    one.dataset.stopped = "yes";
    window.lastStop = one;
    const style = getComputedStyle(one), box = one.getBoundingClientRect();
    return {
        name: ((!one.matches("input, select, textarea") && one.innerText) || one.ariaLabel || one.name
            || one.tagName).trim(),
        is_marked: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0,
        is_inside: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
        follows: !last || !!(last.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING),
    };
}"""

PAPER = 718  # pixels: A4 between margins of a centimeter
_BEYOND = """(most) => [...document.querySelectorAll("main *")]
    .filter((one) => !one.closest(".unseen") && one.getBoundingClientRect().right > most + 1)
    .map((one) => `${one.tagName} ${one.className} ${one.textContent.slice(0, 40)}`)"""


class Browser:
    """A page of the portal, and what it said to the console that it should not have."""

    def __init__(self, page: Page, address: str, prefix: str = "") -> None:
        self.page, self.address = page, address
        self._prefix = f"{prefix}-" if prefix else ""
        self.faults: list[str] = []
        self._count = 0
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", lambda message: self._note(message.type, message.text))

    def _note(self, kind: str, text: str) -> None:
        # What a page refuses, it answers with 4xx: that stands in the console, and is no fault.
        if kind == "error" and "status of 4" not in text:
            self.faults.append(text)

    async def open(self, path: str) -> None:
        """Go to a page."""
        await self.page.goto(f"{self.address}{path}")

    async def look(self, name: str) -> None:
        """Take its picture at both widths, and have axe look at it in light and dark."""
        self._count += 1
        SCREENS.mkdir(parents=True, exist_ok=True)
        for width, height in reversed(WIDTHS.items()):
            await self.page.set_viewport_size({"width": width, "height": height})
            await self.page.wait_for_function(_PLOTS_FIT)
            picture = SCREENS / f"{self._prefix}{self._count:02}-{name}-{width}.png"
            await self.page.screenshot(path=picture, full_page=True)
            needed = await self.page.evaluate("document.documentElement.scrollWidth")
            assert needed <= width, f"{name} is {needed} wide on a screen of {width}"
        for scheme, rules in SCHEMES:
            await self.page.emulate_media(color_scheme=scheme)
            found = await self.violations(rules)
            assert not found, f"{name}, {scheme}: {found}"

    async def tab_through(self) -> list[str]:
        """Go through the page by the Tab key: what was stopped at, in order, the skip link first.

        Each stop must be seen: inside the window, and with a mark that it has the focus.
        """
        stops: list[str] = []
        await self.page.evaluate(
            "document.activeElement.blur(), scrollTo(0, 0), window.getSelection().empty()"
        )
        for _ in range(MOST_PRESSES):
            await self.page.keyboard.press("Tab")
            stop: dict[str, Any] = await self.page.evaluate(_STOP)
            if stop.get("is_same"):
                continue
            if not stop["name"]:
                return stops
            assert stop["is_marked"], f"nobody sees the focus on {stop['name']}"
            assert stop["is_inside"], f"the focus is out of sight on {stop['name']}"
            assert stop["follows"], f"{stop['name']} stands before {stops[-1:]}"
            stops.append(stop["name"])
        raise AssertionError(f"the Tab key does not leave the page: {stops[-5:]}")

    async def sign_in(self, path: str, email: str, password: str) -> None:
        """Ask for a page, sign in by keyboard, and come to it."""
        await self.open(path)
        await self.page.get_by_label("Email").fill(email)
        await self.page.get_by_label("Password").fill(password)
        await self.page.keyboard.press("Enter")
        await self.page.locator(".who").wait_for()

    async def print(self, name: str) -> None:
        """Take the picture of its paper, onto which a window's width must fit as it is."""
        width, height = next(iter(WIDTHS.items()))
        await self.page.set_viewport_size({"width": width, "height": height})
        await self.page.wait_for_function(_PLOTS_FIT)
        await self.page.emulate_media(media="print")
        # No `resize` comes when one prints, so the page itself is made narrower, not its window.
        await self.page.evaluate(f"document.body.style.width = '{PAPER}px'")
        picture = SCREENS / f"{self._prefix}{self._count:02}-{name}-paper.png"
        await self.page.screenshot(path=picture, full_page=True)
        beyond = await self.page.evaluate(_BEYOND, PAPER)
        assert not beyond, f"{name} on paper of {PAPER} pixels has beyond it: {beyond}"
        await self.page.evaluate("document.body.style.width = ''")
        await self.page.emulate_media(media="screen")

    async def keep(self, name: str) -> None:
        """Take the picture that the README shows under this name: small, and at the desktop's width.

        `make screens DOC=1` puts what was kept so into docs/pictures.
        """
        README_SCREENS.mkdir(parents=True, exist_ok=True)
        width, height = next(iter(WIDTHS.items()))
        await self.page.set_viewport_size({"width": width, "height": height})
        await self.page.evaluate("document.activeElement.blur(), scrollTo(0, 0)")
        picture = README_SCREENS / f"{name}.jpg"
        await self.page.screenshot(path=picture, type="jpeg", quality=README_QUALITY)

    async def violations(self, rules: Sequence[str]) -> list[str]:
        """What axe finds wrong on the page by these rules, each with where."""
        if not await self.page.evaluate("Boolean(window.axe)"):  # the same page may be looked at again
            await self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found: list[dict[str, Any]] = await self.page.evaluate(_RUN_AXE, rules)
        return [
            f"{one['id']}: {node['html'][:200]} {node.get('failureSummary', '')[:300]}"
            for one in found
            for node in one["nodes"]
        ]


@asynccontextmanager
async def open_browser(address: str, prefix: str = "", **options: Any) -> AsyncIterator[Browser]:
    """A browser at the portal's address. At its end nothing may have gone wrong in it.

    Its pictures' names begin with `prefix`.
    """
    assert sha256(AXE.read_bytes()).hexdigest() == AXE_DIGEST
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_OPTIONS)
        # axe is put into the page from outside: our policy would forbid it, as it does everything inline.
        # Colours change at once: axe would judge one that is on its way from dark to light.
        wanted: dict[str, Any] = {"bypass_csp": True, "reduced_motion": "reduce"} | options
        page = await chromium.new_page(**wanted)
        browser = Browser(page, address, prefix)
        yield browser
        await chromium.close()
        assert browser.faults == []
