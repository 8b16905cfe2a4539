"""Asks addresses that companies give: never inside a network, and with bounds on everything.

The address that is connected to is the one that was checked: the check stands where a socket is made for it,
so that no name can lead elsewhere between the two, and no spelling of an address passes by it.
"""

import socket
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

import aiohttp
from msgspec import Struct

from shared.domain.events.public_addresses import is_loopback, is_public

CONNECT_SECONDS = 5.0
_FORBIDDEN = "is no address of the public internet"


class ForbiddenAddress(OSError):
    """The name leads to an address that is none of the public internet."""


class Answer(Struct, frozen=True):
    """What was answered: the beginning of its content, of what type that is said to be, when to ask again."""

    status: int
    content: bytes
    media_type: str = ""
    retry_after: str = ""

    @property
    def text(self) -> str:
        """The content as a text."""
        return self.content.decode(errors="replace")


class PublicClient:
    """Connections to addresses that a company gives. Each is made to an address that was just looked up."""

    def __init__(self, *, allows_local: bool, timeout_seconds: float, most_read: int) -> None:
        self._allows_local, self._most_read = allows_local, most_read
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=0, use_dns_cache=False, socket_factory=self._checked_socket, happy_eyeballs_delay=None
            ),
            timeout=aiohttp.ClientTimeout(total=timeout_seconds, connect=CONNECT_SECONDS),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,  # a small answer may unpack to a large one
            trust_env=False,
        )

    async def __aenter__(self) -> Self:
        """Use it with `async with`."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close all connections."""
        await self._session.close()

    async def ask(self, method: str, url: str, headers: Mapping[str, str], body: str = "") -> Answer:
        """Ask once, without redirects; of the answer `most_read` bytes are read.

        Raises ForbiddenAddress, and aiohttp.ClientError, OSError, TimeoutError or ValueError.
        """
        try:
            return await self._ask(method, url, headers, body)
        except aiohttp.ClientConnectorError as error:
            if _FORBIDDEN in str(error.os_error):  # of several addresses the errors come as one text
                raise ForbiddenAddress(f"the host {_FORBIDDEN}") from error
            raise

    async def _ask(self, method: str, url: str, headers: Mapping[str, str], body: str) -> Answer:
        async with self._session.request(
            method, url, headers=headers, data=body.encode() or None, allow_redirects=False
        ) as response:
            content = await _read(response.content, self._most_read)
            if not response.content.at_eof():
                response.close()  # else the connection would be read to its end for another use
            told = response.headers
            return Answer(response.status, content, told.get("Content-Type", ""), told.get("Retry-After", ""))

    def _checked_socket(self, address: tuple[Any, ...]) -> socket.socket:
        """A socket for an address that is about to be connected to. Raises ForbiddenAddress."""
        family, kind, protocol, _, (host, *_) = address
        if not (is_public(host) or (self._allows_local and is_loopback(host))):
            raise ForbiddenAddress(f"{host} {_FORBIDDEN}")
        return socket.socket(family=family, type=kind, proto=protocol)


async def _read(content: aiohttp.StreamReader, most: int) -> bytes:
    """The beginning, in as many pieces as it comes."""
    parts: list[bytes] = []
    while most > 0 and (part := await content.read(most)):
        parts.append(part)
        most -= len(part)
    return b"".join(parts)
