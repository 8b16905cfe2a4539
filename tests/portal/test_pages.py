"""What holds for every page: headers, weight, escaping, and files that are kept for ever."""

import re
from hashlib import sha256

import pytest

from functions.portal.kit.statics import FOLDER, static_files
from shared.domain.companies.user import Role
from tests.kit.portal.visitor import Visitor
from tests.portal.conftest import SignedIn

# As picocss 2.1.1, htmx.org 4.0.1 and uPlot 1.6.32 have them.
VENDORED = {
    "pico.min.css": "fbc9a63fc9fc9f72d12fd7fc9806e11fa9f77ae4f9cad146b27003a1119ba3db",
    "uPlot.iife.min.js": "19c8d4c6ad88929a79f4ae49d6f7161566dfd0ba3d15cc495e974f787eb78f1f",
    "uPlot.min.css": "df630c6a8d6f8eeaff264b50f73ce5b114f646ffd9a0bb74f049b0a00135fa04",
    "htmx.min.js": "a0abb04f2f45a1f89d1d4844023245537e5e6014c87b144553e0607b4cc32130",
}
FIRST_PAGE_BYTES = 150_000


def test_what_others_made_is_as_they_made_it() -> None:
    found = {name: sha256((FOLDER / "vendor" / name).read_bytes()).hexdigest() for name in VENDORED}
    assert found == VENDORED
    assert {path.name for path in (FOLDER / "vendor").iterdir()} == {
        *VENDORED, "pico.LICENSE", "htmx.LICENSE", "uPlot.LICENSE",
    }  # fmt: skip


async def test_nothing_inline_and_nothing_of_elsewhere_runs(visitor: Visitor) -> None:
    page = await visitor.get("/sign-in")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["x-content-type-options"] == "nosniff"
    assert not re.search(r"<style|style=|<script>|\son\w+=", page.text)
    assert set(re.findall(r'(?:src|href)="(https?:[^"]*)"', page.text)) == set()


async def test_the_first_page_is_light_and_what_it_loads_is_kept(
    visitor: Visitor, signed_in: SignedIn
) -> None:
    for person, path in ((visitor, "/sign-in"), (await signed_in(Role.ADMIN), "/"), (visitor, "/nothing")):
        page = await person.get(path)
        weight = page.num_bytes_downloaded
        files = set(re.findall(r'"(/static/[^"]+)"', page.text))
        assert len(files) >= 5
        for name in files:
            file = await person.get(name)
            assert file.status_code == 200
            assert "immutable" in file.headers["cache-control"]
            weight += file.num_bytes_downloaded  # as it is sent: packed
            assert file.num_bytes_downloaded <= len(file.content)
        assert 10_000 < weight < FIRST_PAGE_BYTES, (path, weight)
    assert all(re.search(r"\.[0-9a-f]{10}\.", name) for name in static_files())
    assert (await visitor.get("/static/../portal.py")).status_code == 404


@pytest.mark.parametrize("path", ["/nothing", "/files/nothing/here", "/sign-in/x"])
async def test_a_page_that_is_not_there_says_how_to_go_on(visitor: Visitor, path: str) -> None:
    page = await visitor.get(path)
    assert page.status_code == 404
    assert "To the start" in page.text


async def test_a_page_is_for_its_method(visitor: Visitor) -> None:
    await visitor.get("/sign-in")
    assert (await visitor.post("/sign-in/forgotten")).status_code == 405
