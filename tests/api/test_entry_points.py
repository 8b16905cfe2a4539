"""Whatever reaches an address of ours is answered in one form, within bounds, and never by the framework."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from functions_framework.aio import create_asgi_app

import main
from functions.api import api as api_module
from functions.entry_point import (
    HEADER_BYTES,
    MOST_HEADERS,
    MOST_PARAMETERS,
    PATH_CHARACTERS,
    QUERY_CHARACTERS,
)
from functions.portal import portal as portal_module
from tests.kit.api.office import Office, assert_problem

ROOT = Path(__file__).parents[2]
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "NONSENSE")
PATHS = ("/robots.txt", "/favicon.ico", "/nothing", "/v1/nothing", "/messages/nothing", "/.env", "/%00")


def _forget() -> None:
    """No application is left of, or for, another test."""
    for module in (api_module, portal_module):
        module._app.cache_clear()


@asynccontextmanager
async def _served(name: str) -> AsyncIterator[httpx.AsyncClient]:
    """The function as functions-framework serves it."""
    _forget()
    app = create_asgi_app(name, str(ROOT / "main.py"))  # type: ignore[no-untyped-call]  # untyped there
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app), base_url="http://api.test"
    ) as client:
        yield client
    _forget()


@pytest.mark.parametrize("name", sorted(set(main.ENTRY_POINTS) - {"portal"}))
async def test_every_path_and_method_is_answered_with_a_problem(environment: Office, name: str) -> None:
    async with _served(name) as client:
        for path in PATHS:
            for method in METHODS:
                response = await client.request(method, path)
                assert response.status_code in (403, 404, 405), (method, path)
                assert_problem(response, response.status_code)
            head = await client.head(path)
            assert head.headers["content-type"] == "application/problem+json"


async def test_the_portal_answers_every_path_and_method_with_a_page(environment: Office) -> None:
    async with _served("portal") as client:
        for path in PATHS:
            for method in METHODS:
                response = await client.request(method, path)
                assert response.status_code in (303, 403, 404, 405), (method, path)
                if response.status_code != 303:  # to where one signs in
                    assert response.headers["content-type"] == "text/html; charset=utf-8"
                    assert "To the start" in response.text


async def test_a_wrong_method_says_which_the_path_takes(environment: Office) -> None:
    async with _served("api") as client:
        for method in ("TRACE", "PROPFIND", "PUT"):
            refused = await client.request(method, "/v1/company")
            assert_problem(refused, 405)
            assert set(refused.headers["allow"].split(", ")) == {"GET"}
    async with _served("messages") as client:
        refused = await client.request("TRACE", "/messages/incoming")
        assert_problem(refused, 405)
        assert refused.headers["allow"] == "POST"


@pytest.mark.parametrize("name", ["api", "messages", "send_batch", "portal"])
async def test_headers_and_parameters_are_bounded(environment: Office, name: str) -> None:
    path = "/messages/incoming" if name == "messages" else "/v1/company"
    async with _served(name) as client:
        many = [(f"x-{number}", "1") for number in range(MOST_HEADERS)]
        assert_problem(await client.get(path, headers=many), 431)
        assert_problem(await client.get(path, headers={"x": "1" * HEADER_BYTES}), 431)
        refused = await client.get("/" + "x" * PATH_CHARACTERS)
        assert_problem(refused, 414)
        assert refused.headers["x-content-type-options"] == "nosniff"
        assert refused.headers["cache-control"] == "no-store"
        assert_problem(await client.get(f"{path}?x={'1' * QUERY_CHARACTERS}"), 414)
        query = "&".join(["x=1"] * (MOST_PARAMETERS + 1))
        assert_problem(await client.post(f"{path}?{query}"), 422, "query")


async def test_what_is_within_the_bounds_is_taken(environment: Office) -> None:
    key = environment.keys["acme"]
    async with _served("api") as client:
        headers = [("Authorization", f"Bearer {key}"), *((f"x-{number}", "1") for number in range(80))]
        assert (await client.get("/v1/company", headers=headers)).status_code == 200
        query = "&".join(f"x{number}=1" for number in range(MOST_PARAMETERS))
        unknown = await client.get(f"/v1/templates?{query}", headers=headers)
        assert unknown.json()["errors"][0]["reason"].startswith("is not known here")


async def test_wrong_settings_are_answered_with_a_problem_and_named_in_the_log(
    environment: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from functions.process import current_runtime

    current_runtime().stores.db.close()  # type: ignore[no-untyped-call]  # untyped there
    current_runtime.cache_clear()
    monkeypatch.delenv("ROLLCALL_SIGNING_KEY")
    for name in ("api", "messages", "send_batch"):
        async with _served(name) as client:
            assert_problem(await client.post("/messages/incoming"), 500)
    assert caplog.text.count("ROLLCALL_SIGNING_KEY is missing") == 3
