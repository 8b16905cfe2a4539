"""Webhooks never reach inside a network, however the address is written, and whatever a name leads to."""

import asyncio
import socket
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web

from shared.outgoing import webhook_client
from shared.outgoing.webhook_client import Answer, ForbiddenAddress, WebhookClient
from tests.kit.hooks import Hooks, Taken, running_hooks

# What the stand-in for the name service answers.
NAMES = {
    "hooks.example.com": ["127.0.0.1"],
    "private.example.com": ["10.0.0.5", "192.168.1.1", "172.16.0.1"],
    "metadata.example.com": ["169.254.169.254"],
    "mapped.example.com": ["::ffff:10.0.0.5"],
    "unique-local.example.com": ["fd00:ec2::254"],
    "shared.example.com": ["100.64.0.1"],
    "sixtofour.example.com": ["2002:a00:5::1"],
    "translated.example.com": ["64:ff9b::a00:5"],
    "anywhere.example.com": ["0.0.0.0", "::"],  # noqa: S104 - what a name may lead to
}
LITERAL = [
    "127.0.0.1",
    "10.0.0.5",
    "169.254.169.254",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[fe80::1]",
    "[fd00::1]",
]
SPELLED = ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "①②⑦.0.0.1", "127.0.0.1."]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """The name service of this machine, with names of the tests' own. They may change between two tries."""
    ask, known = socket.getaddrinfo, dict(NAMES)

    def answer(host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
        if host not in known:
            return ask(host, port, *args, **kwargs)
        return [
            (socket.AF_INET6, socket.SOCK_STREAM, 6, "", (one, port, 0, 0))
            if ":" in one
            else (socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port))
            for one in known[host]
        ]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    return known


@pytest_asyncio.fixture
async def hooks() -> AsyncIterator[Hooks]:
    async with running_hooks() as hooks:
        yield hooks


async def post(url: str, *, allows_local: bool = False) -> Answer:
    async with WebhookClient(allows_local=allows_local) as client:
        return await client.post(url, {"webhook-id": "w1"}, "{}")


@pytest.mark.parametrize("host", [*sorted(NAMES), *LITERAL])
async def test_no_address_inside_a_network_is_connected_to(
    names: dict[str, list[str]], hooks: Hooks, host: str
) -> None:
    with pytest.raises(ForbiddenAddress):
        await post(f"http://{host}:{hooks.port}/")
    assert not hooks.taken


@pytest.mark.parametrize("host", SPELLED)
async def test_no_spelling_of_an_address_passes(hooks: Hooks, host: str) -> None:
    with pytest.raises((aiohttp.ClientError, OSError)):
        await post(f"http://{host}:{hooks.port}/")
    assert not hooks.taken


async def test_what_is_connected_to_is_what_was_checked(names: dict[str, list[str]], hooks: Hooks) -> None:
    """With this machine allowed, as on the local stack: the request names the host."""
    assert (await post(f"http://hooks.example.com:{hooks.port}/", allows_local=True)).status == 204
    assert hooks.taken[0].headers["host"] == f"hooks.example.com:{hooks.port}"
    names["hooks.example.com"] = ["10.0.0.5"]  # and now the name leads elsewhere
    with pytest.raises(ForbiddenAddress):
        await post(f"http://hooks.example.com:{hooks.port}/", allows_local=True)
    assert len(hooks.taken) == 1


async def test_each_connection_looks_the_name_up_anew(names: dict[str, list[str]], hooks: Hooks) -> None:
    async def closing(_: Taken) -> web.Response:
        return web.Response(headers={"connection": "close"})

    hooks.answer = closing
    async with WebhookClient(allows_local=True) as client:
        await client.post(f"http://hooks.example.com:{hooks.port}/", {}, "{}")
        names["hooks.example.com"] = ["10.0.0.5"]
        with pytest.raises(ForbiddenAddress):
            await client.post(f"http://hooks.example.com:{hooks.port}/", {}, "{}")


async def test_of_several_addresses_only_those_outside_are_tried(
    names: dict[str, list[str]], hooks: Hooks
) -> None:
    names["hooks.example.com"] = ["10.0.0.5", "127.0.0.1"]
    assert (await post(f"http://hooks.example.com:{hooks.port}/", allows_local=True)).status == 204


async def test_a_redirect_is_an_answer_and_is_not_followed(hooks: Hooks) -> None:
    async def elsewhere(_: Taken) -> web.Response:
        return web.Response(status=307, headers={"location": f"http://127.0.0.1:{hooks.port}/elsewhere"})

    hooks.answer = elsewhere
    assert (await post(hooks.url(), allows_local=True)).status == 307
    assert [one.path for one in hooks.taken] == ["/hooks"]


async def test_of_a_long_answer_the_beginning_is_read(hooks: Hooks) -> None:
    async def long(_: Taken) -> web.Response:
        return web.Response(body=b"\x00" * 50_000_000)

    hooks.answer = long
    assert len((await post(hooks.url(), allows_local=True)).text) <= webhook_client.MOST_READ


async def test_a_packed_answer_is_not_unpacked(hooks: Hooks) -> None:
    async def packed(_: Taken) -> web.Response:
        response = web.Response(body=b"\x00" * 1_000_000)
        response.enable_compression(web.ContentCoding.gzip)
        return response

    hooks.answer = packed
    assert len((await post(hooks.url(), allows_local=True)).text) <= webhook_client.MOST_READ


async def test_who_does_not_answer_is_left(hooks: Hooks, monkeypatch: pytest.MonkeyPatch) -> None:
    silent = asyncio.Event()

    async def never(_: Taken) -> web.Response:
        await silent.wait()
        return web.Response()

    hooks.answer = never
    monkeypatch.setattr(webhook_client, "TIMEOUT_SECONDS", 0.2)
    with pytest.raises(TimeoutError):
        await post(hooks.url(), allows_local=True)
    silent.set()


async def test_a_certificate_is_checked() -> None:
    """Plain HTTP on the other side: there is no certificate at all."""
    async with running_hooks() as plain:
        with pytest.raises(aiohttp.ClientConnectorError):
            await post(f"https://localhost:{plain.port}/", allows_local=True)
        assert not plain.taken
