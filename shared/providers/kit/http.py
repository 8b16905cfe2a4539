"""Calls to providers: one pooled session, time-outs always, and what a failed call proves."""

import asyncio
import logging
from collections.abc import Mapping
from functools import partial
from urllib.parse import urlsplit

import aiohttp
from msgspec import Struct
from yarl import URL

from shared import log, metering, tracing
from shared.domain.fires.fire_cost import Unit
from shared.domain.messages.sending import Outcome, SendResult

CONNECT_SHARE = 0.25  # of the time-out; a call that never got a connection provably sent nothing
CONNECTIONS_PER_PROVIDER = 500
# Short, so that an instance thawed after a pause does not write into a connection the provider has closed:
# that would end as UNKNOWN for nothing.
KEEP_ALIVE_SECONDS = 5.0

# aiohttp raises these before it writes the first byte of a request: connection refused, name look-up,
# TLS handshake or certificate, no connection in time, an address that is none. Redirects are off.
_NOTHING_LEFT = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.InvalidURL,
    aiohttp.NonHttpUrlClientError,
)
_EXPECTED = (aiohttp.ClientError, OSError, TimeoutError)

_sessions: dict[asyncio.AbstractEventLoop, aiohttp.ClientSession] = {}


class Answer(Struct, frozen=True, kw_only=True):
    """A provider's whole answer."""

    status: int
    headers: Mapping[str, str]
    text: str


async def call(
    method: str,
    url: str | URL,
    *,
    timeout_seconds: float,
    headers: Mapping[str, str] | None = None,
    params: Mapping[str, str] | None = None,
    data: Mapping[str, str] | None = None,
    json: object = None,
    body: bytes | None = None,
) -> Answer:
    """Send one request, once: no redirects, no retries, done within `timeout_seconds` all in all.

    `data` is sent as a form, `body` as it is; a `url` that is no text goes out as it is written, too.
    Whatever this raises is for `failure` to judge.
    """
    timeout = aiohttp.ClientTimeout(total=timeout_seconds, connect=timeout_seconds * CONNECT_SHARE)
    metering.count(Unit.PROVIDER_CALLS)
    with tracing.span("provider_call", "client", method=method, host=_host(str(url))):
        async with _session().request(
            method,
            url,
            headers=headers,
            params=params,
            data=body if body is not None else data,
            json=json,
            timeout=timeout,
            allow_redirects=False,
        ) as response:
            text = await response.text(errors="replace")
            tracing.note(status=response.status)
            return Answer(status=response.status, headers=response.headers, text=text)


async def ask(
    url: str | URL,
    *,
    timeout_seconds: float,
    headers: Mapping[str, str] | None = None,
    params: Mapping[str, str] | None = None,
) -> Answer:
    """The answer to a GET, which sends nothing: who got no connection in time is asked once more.

    A worker that is short of its processor for some seconds would otherwise refuse what is right.
    Raises what `call` raises.
    """
    asked = partial(call, "GET", url, timeout_seconds=timeout_seconds, headers=headers, params=params)
    try:
        return await asked()
    except aiohttp.ConnectionTimeoutError:
        return await asked()


def _host(url: str) -> str:
    """Of the address only the host may be told: the path names the account. Empty when it is no address."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:  # aiohttp will say so, and that nothing left
        return ""


async def aclose() -> None:
    """Close the connections of the running event loop. A later call opens new ones."""
    session = _sessions.pop(asyncio.get_running_loop(), None)
    if session is not None:
        await session.close()


def failure(error: Exception) -> SendResult:
    """What a call that ended in `error` proves: NOT_ACCEPTED only when nothing can have left, else UNKNOWN.

    Follows explicit causes (`raise ... from`), so that a wrapper does not hide a proof; never contexts,
    as an unrelated earlier error proves nothing.
    """
    not_accepted = _proves_nothing_left(error)
    log.event(
        "provider_call_failed",
        level=logging.WARNING,
        error=None if isinstance(error, _EXPECTED) else error,
        error_type=type(error).__name__,
        nothing_left=not_accepted,
    )
    if not_accepted:
        outcome, reason = Outcome.NOT_ACCEPTED, "The provider could not be reached."
    else:
        outcome, reason = Outcome.UNKNOWN, "The provider's answer was lost; the message may have gone out."
    return SendResult(outcome=outcome, code=type(error).__name__, reason=reason)


def retry_after_seconds(headers: Mapping[str, str]) -> float | None:
    """The Retry-After header in seconds (RFC 9110, 10.2.3); None when absent or given as a date."""
    value = headers.get("Retry-After", "")
    return float(value) if value.isascii() and value.isdigit() else None


def _proves_nothing_left(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, _NOTHING_LEFT):
            return True
        error = error.__cause__
    return False


def _session() -> aiohttp.ClientSession:
    loop = asyncio.get_running_loop()
    if loop not in _sessions:
        _sessions[loop] = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=0, limit_per_host=CONNECTIONS_PER_PROVIDER, keepalive_timeout=KEEP_ALIVE_SECONDS
            ),
            cookie_jar=aiohttp.DummyCookieJar(),  # companies share the session, so nothing may stick to it
        )
    return _sessions[loop]
