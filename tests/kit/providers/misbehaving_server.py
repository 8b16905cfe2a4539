"""A raw socket server that reads each request whole, counts it, and then does as it is told."""

import asyncio
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress

from msgspec import Struct, field

from tests.kit.passing_time import pass_time

TIMEOUT_SECONDS = 60.0  # nothing is waited for: what never ends passes the time


class Request(Struct):
    """What arrived: the head's lines and the body."""

    head: str
    body: bytes


class Seen(Struct):
    """What the server has read, and where it listens."""

    url: str = ""
    connections: int = 0
    requests: list[Request] = field(default_factory=list)


Behaviour = Callable[[asyncio.StreamWriter, Request], Awaitable[None]]


@asynccontextmanager
async def serve(behaviour: Behaviour, tls: ssl.SSLContext | None = None) -> AsyncIterator[Seen]:
    """Listen on a free local port while the block runs."""
    seen = Seen()
    writers: list[asyncio.StreamWriter] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.connections += 1
        writers.append(writer)
        with suppress(asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            while True:
                request = await _read(reader)
                seen.requests.append(request)
                await behaviour(writer, request)
                await writer.drain()

    server = await asyncio.start_server(handle, "127.0.0.1", 0, ssl=tls)
    scheme = "https" if tls else "http"
    seen.url = f"{scheme}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield seen
    finally:
        server.close()
        for writer in writers:
            writer.transport.abort()
        for _ in range(3):  # let the aborted connections' tasks end
            await asyncio.sleep(0)


async def _read(reader: asyncio.StreamReader) -> Request:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    length = next(
        (int(line.split(":")[1]) for line in head.split("\r\n") if line.lower().startswith("content-length")),
        0,
    )
    return Request(head=head, body=await reader.readexactly(length))


def raw_answer(status: int, body: str | bytes = b"", headers: Mapping[str, str] | None = None) -> bytes:
    """A whole HTTP/1.1 answer."""
    content = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status} x", f"Content-Length: {len(content)}", "Content-Type: application/json"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + content


def answer(status: int, body: str | bytes = b"", headers: Mapping[str, str] | None = None) -> Behaviour:
    """Answer every request alike."""

    async def behave(writer: asyncio.StreamWriter, _: Request) -> None:
        writer.write(raw_answer(status, body, headers))

    return behave


async def close(writer: asyncio.StreamWriter, _: Request) -> None:
    """End the connection without a word."""
    writer.close()


async def reset(writer: asyncio.StreamWriter, _: Request) -> None:
    """End it with a RST, as a crashed peer does."""
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def silence(writer: asyncio.StreamWriter, _: Request) -> None:
    """Never answer, while time passes."""
    pass_time(2 * TIMEOUT_SECONDS)
    await asyncio.Event().wait()


async def cut(writer: asyncio.StreamWriter, _: Request) -> None:
    """Promise a created message, then end the connection within the body."""
    writer.write(b'HTTP/1.1 201 Created\r\nContent-Length: 500\r\n\r\n{"sid": "SM1",')
    await writer.drain()
    writer.close()


async def drip(writer: asyncio.StreamWriter, _: Request) -> None:
    """A byte now and then: each read succeeds, the whole never does."""
    for byte in raw_answer(201, '{"sid": "SM1"}'):
        writer.write(bytes([byte]))
        await writer.drain()
        pass_time(TIMEOUT_SECONDS / 10)
        await asyncio.sleep(0.01)  # so that each byte is read before the next one


async def garbage(writer: asyncio.StreamWriter, _: Request) -> None:
    """Bytes that are no HTTP."""
    writer.write(b"\x00\x01 what?\r\n\r\n")


def unused_port() -> int:
    """A local port nobody listens on."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])
