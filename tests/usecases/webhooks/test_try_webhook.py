"""Whatever an endpoint does, a try ends soon and says what came of it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest

from shared.domain.events.event import EventType
from shared.domain.events.webhook_delivery import DeliveryState, WebhookDelivery
from shared.outgoing import webhook_client
from shared.usecases.webhooks.send_test_event import send_test_event
from tests.kit.clinic import Clinic
from tests.kit.hooks import endpoint_at, lets_local, running_hooks

TYPES = [EventType.OPT_OUT_GIVEN]
OK = b"HTTP/1.1 200 OK\r\n"
ENDLESS = b"x" * 100_000
# What is answered, the piece that is said again and again then, the wait in between, and what is noted.
WILD: dict[str, tuple[bytes, bytes, float, int | None, str]] = {
    "closes": (b"", b"", 0, None, "no whole answer"),
    "no HTTP": (b"\x00\x01 hello\r\n\r\n", b"", 0, None, "no whole answer"),
    "half an answer": (OK + b"Content-Length: 50\r\n\r\nhalf", b"", 0, None, "no whole answer"),
    "a gigabyte": (OK + b"Content-Length: 1000000000\r\n\r\n", ENDLESS, 0, 200, ""),
    "chunks without end": (OK + b"Transfer-Encoding: chunked\r\n\r\n", b"5\r\nhello\r\n", 0, 200, ""),
    "headers without end": (OK, b"X-More: " + b"a" * 4_000 + b"\r\n", 0, None, "no whole answer"),
    "interim answers without end": (b"", b"HTTP/1.1 102 P\r\n\r\n", 0.01, None, "did not answer"),
    "a slow drip": (OK + b"Content-Length: 1000\r\n\r\n", b"x", 0.05, None, "did not answer"),
    "a moved address": (b"HTTP/1.1 301 M\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n", b"", 0, 301, "301"),
    "another protocol": (b"HTTP/1.1 101 S\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", b"", 0, 101, "101"),
    "no known status": (b"HTTP/1.1 999 X\r\nContent-Length: 0\r\n\r\n", b"", 0, 999, "999"),
}


@asynccontextmanager
async def answering(first: bytes, again: bytes, wait: float) -> AsyncIterator[int]:
    """A server on the port, which takes a request and answers so."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(first)
            while again:
                writer.write(again)
                await writer.drain()
                await asyncio.sleep(wait)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
        closed.set()

    closed = asyncio.Event()
    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]
        await closed.wait()


async def tried(clinic: Clinic, url: str) -> WebhookDelivery:
    """A test event for an endpoint there, after its first try."""
    await endpoint_at(clinic.runtime, url, TYPES)
    return await send_test_event(clinic.runtime, "acme", "hooks")


@pytest.mark.parametrize("case", WILD)
async def test_no_answer_holds_a_worker_up(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    lets_local(clinic.runtime)
    monkeypatch.setattr(webhook_client, "TIMEOUT_SECONDS", 0.5)
    first, again, wait, status, reason = WILD[case]
    async with answering(first, again, wait) as port:
        sent = await tried(clinic, f"http://localhost:{port}/")
    [made] = sent.tries
    assert (made.status, reason in made.reason) == (status, True)
    assert sent.state is (DeliveryState.DELIVERED if status == 200 else DeliveryState.WAITING)
    assert len(made.response) <= 500


async def test_the_log_says_what_to_look_at(clinic: Clinic) -> None:
    lets_local(clinic.runtime)
    said: list[Any] = []
    async with running_hooks() as plain:
        for url in ("https://nobody.invalid/", f"https://localhost:{plain.port}/", "http://localhost:9/"):
            sent = await tried(clinic, url)
            said.append(sent.tries[0].reason)
            await clinic.stores.webhook_endpoints.remove("acme", ["hooks"])
            await clinic.stores.webhook_deliveries.remove("acme", [sent.id])
    name, certificate, nobody = said
    assert "its name is not known" in name
    assert "certificate" in certificate
    assert "nobody takes connections" in nobody
