"""What a failed call proves, exception by exception."""

import asyncio
import ssl
from unittest.mock import Mock

import aiohttp
import pytest
from aiohttp import web

from shared.domain.messages.sending import Outcome
from shared.providers.kit import http

REFUSED = aiohttp.ClientConnectorError(Mock(), ConnectionRefusedError(111, "refused"))


def wrapped(error: Exception, *, explicit: bool) -> Exception:
    try:
        try:
            raise error
        except Exception as caught:
            if explicit:
                raise RuntimeError("wrapped") from caught
            raise RuntimeError("something else while handling it")  # noqa: B904 - that is the case
    except RuntimeError as outer:
        return outer


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (REFUSED, Outcome.NOT_ACCEPTED),
        (aiohttp.ClientConnectorDNSError(Mock(), OSError(-2, "unknown")), Outcome.NOT_ACCEPTED),
        (aiohttp.ClientConnectorSSLError(Mock(), ssl.SSLError(1, "handshake")), Outcome.NOT_ACCEPTED),
        (aiohttp.ConnectionTimeoutError(), Outcome.NOT_ACCEPTED),
        (wrapped(REFUSED, explicit=True), Outcome.NOT_ACCEPTED),
        (wrapped(REFUSED, explicit=False), Outcome.UNKNOWN),
        (TimeoutError(), Outcome.UNKNOWN),
        (aiohttp.SocketTimeoutError(), Outcome.UNKNOWN),
        (aiohttp.ServerDisconnectedError(), Outcome.UNKNOWN),
        (aiohttp.ClientOSError(104, "reset"), Outcome.UNKNOWN),
        (aiohttp.ClientConnectionError(), Outcome.UNKNOWN),
        (aiohttp.ClientPayloadError(), Outcome.UNKNOWN),
        (ConnectionRefusedError(), Outcome.UNKNOWN),  # bare: nobody says at what moment
        (ssl.SSLError(), Outcome.UNKNOWN),
        (ValueError("what is this?"), Outcome.UNKNOWN),
    ],
)
def test_only_a_proof_that_nothing_left_is_not_accepted(error: Exception, outcome: Outcome) -> None:
    result = http.failure(error)
    assert result.outcome is outcome
    assert result.code == type(error).__name__
    assert result.reason


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7.0),
        ("0", 0.0),
        ("", None),
        ("-1", None),
        ("nan", None),
        ("²", None),
        ("Wed, 21 Oct 2026 07:28:00 GMT", None),
    ],
)
def test_retry_after(value: str, seconds: float | None) -> None:
    assert http.retry_after_seconds({"Retry-After": value}) == seconds
    assert http.retry_after_seconds({}) is None


async def test_what_one_companys_call_was_given_to_keep_no_other_call_brings() -> None:
    brought: list[str | None] = []
    connections: list[object] = []

    async def answer(request: web.Request) -> web.Response:
        brought.append(request.headers.get("Cookie"))
        connections.append(request.transport)
        response = web.Response(text="ok")
        response.set_cookie("account", "first-company")
        return response

    app = web.Application()
    app.router.add_get("/", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    # By name: aiohttp's own jar keeps nothing for an address of digits.
    await web.TCPSite(runner, "localhost", 0).start()
    url = f"http://localhost:{runner.addresses[0][1]}/"
    for _ in range(2):
        assert (await http.call("GET", url, timeout_seconds=5)).status == 200
    await http.aclose()
    assert (await http.call("GET", url, timeout_seconds=5)).status == 200
    await http.aclose()
    await runner.cleanup()
    assert brought == [None, None, None]
    assert connections[0] is connections[1] is not connections[2]


async def test_a_question_without_a_connection_is_asked_once_more_and_a_send_is_not() -> None:
    opened: list[asyncio.StreamWriter] = []

    async def shake_no_hand(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        opened.append(writer)

    server = await asyncio.start_server(shake_no_hand, "127.0.0.1", 0)
    url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    with pytest.raises(aiohttp.ConnectionTimeoutError):
        await http.ask(url, timeout_seconds=0.8)
    assert len(opened) == 2
    with pytest.raises(aiohttp.ConnectionTimeoutError):
        await http.call("POST", url, timeout_seconds=0.8)
    assert len(opened) == 3
    for writer in opened:
        writer.close()
    server.close()
    await server.wait_closed()
