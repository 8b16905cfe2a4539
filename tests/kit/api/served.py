"""The API behind a real HTTP server, in a thread of its own: for clients that are not asynchronous."""

import asyncio
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from msgspec import Struct

from functions.api.kit.app import build_app
from infra.local.simulator.app import running_simulator
from infra.local.simulator.client import simulator_client
from infra.local.simulator.faults import Delays
from shared.runtime import Runtime
from shared.settings import Settings
from tests.kit.api.office import OURS, Office

SettingsFor = Callable[[Mapping[str, str]], Settings]  # given the providers' addresses


class ServedOffice(Struct, frozen=True, kw_only=True):
    """Where the office's API is, and the admin key of its company."""

    url: str
    key: str


@contextmanager
def served_office(settings_for: SettingsFor, folder: Path) -> Iterator[ServedOffice]:
    """An office with everything an id can name, until the block ends."""
    loop = asyncio.new_event_loop()
    ready: asyncio.Future[ServedOffice] = loop.create_future()
    stop = asyncio.Event()
    serving = _serve(settings_for, folder, ready, stop)
    thread = threading.Thread(target=loop.run_until_complete, args=(serving,))
    thread.start()
    try:
        yield asyncio.run_coroutine_threadsafe(asyncio.wait_for(ready, 60), loop).result()
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()


async def _serve(
    settings_for: SettingsFor, folder: Path, ready: "asyncio.Future[ServedOffice]", stop: asyncio.Event
) -> None:
    delays = Delays(receipt=0.01, slow=0.2, timeout=10)
    async with (
        running_simulator(folder / "simulator.sqlite", delays=delays) as address,
        simulator_client(address) as simulator,
    ):
        office = Office(Runtime(settings_for(simulator.base_urls)))
        await office.open(simulator)
        app = build_app(office.runtime)
        server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, lifespan="off"))
        serving = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        ready.set_result(ServedOffice(url=f"http://127.0.0.1:{port}", key=office.keys[OURS]))
        await stop.wait()
        server.should_exit = True
        await serving
        await office.close()
