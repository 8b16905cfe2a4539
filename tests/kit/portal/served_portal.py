"""The portal behind a real HTTP server in this process, for a browser."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn

from shared.runtime import Runtime
from tests.kit.portal.visitor import whole_portal


@asynccontextmanager
async def served_portal(runtime: Runtime) -> AsyncIterator[str]:
    """Where the portal over this runtime is, until the block ends."""
    options = {"port": 0, "log_config": None, "lifespan": "off"}
    server = uvicorn.Server(uvicorn.Config(whole_portal(runtime), **options))  # type: ignore[arg-type]
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0)
        if serving.done():
            await serving
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await serving
