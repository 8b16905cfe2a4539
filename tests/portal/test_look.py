"""What looks at pages in a browser can fail: it finds wrong colours, by night and by day, and the rest."""

import pytest

from tests.kit.portal.browser import open_browser

PAGE = """<html lang="en"><title>A page</title><style>h1 { color: #000; background: #fff }
    @media (prefers-color-scheme: %s) { h1 { color: #333; background: #222 } }</style>
    <main><h1>A page</h1>%s</main></html>"""
WRONG = {
    "dark: .*color-contrast: <h1>": PAGE % ("dark", ""),
    "light: .*color-contrast: <h1>": PAGE % ("light", ""),
    "light: .*label: <input": PAGE % ("none", "<input>"),
}


async def test_what_is_wrong_is_found() -> None:
    async with open_browser("about:", "look") as browser:
        for found, page in WRONG.items():
            await browser.page.set_content(page)
            with pytest.raises(AssertionError, match=found):
                await browser.look("wrong")
        await browser.page.set_content(PAGE % ("none", ""))
        await browser.look("right")
