"""Where companies keep files: a real HTTP server that counts who asks for what."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web
from msgspec import Struct, field

PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
PDF = b"%PDF-1.7\n" + b"x" * 2_000


class FileServer(Struct, kw_only=True):
    """Files by path, each with its type; what is asked for otherwise is not found."""

    port: int = 0
    files: dict[str, tuple[bytes, str]] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)  # path to where it is now
    asked: Counter[str] = field(default_factory=Counter)

    def put(self, path: str, content: bytes, media_type: str) -> str:
        """Have this file there; its address."""
        self.files[path] = content, media_type
        return self.url(path)

    def url(self, path: str) -> str:
        """The address of a path."""
        return f"http://localhost:{self.port}{path}"

    async def handle(self, request: web.Request) -> web.Response:
        """Answer any request."""
        self.asked[request.path] += 1
        if (elsewhere := self.moved.get(request.path)) is not None:
            return web.Response(status=302, headers={"Location": elsewhere})
        if request.path not in self.files:
            return web.Response(status=404)
        content, media_type = self.files[request.path]
        return web.Response(body=content, headers={"Content-Type": media_type})


@asynccontextmanager
async def running_file_server() -> AsyncIterator[FileServer]:
    """A server on a free port of this machine."""
    server = FileServer()
    app = web.Application()
    app.router.add_get("/{path:.*}", server.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.port = runner.addresses[0][1]
    try:
        yield server
    finally:
        await runner.cleanup()
