"""Runs the mail host: `python -m infra.local.mail_host --state=/tmp/mails.sqlite …`; see --help."""

import argparse
import asyncio
import signal
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from infra.local.mail_host.books import Books
from infra.local.mail_host.certificate import make_certificate
from infra.local.mail_host.control import Control
from infra.local.mail_host.faults import Faults
from infra.local.mail_host.server import Handler, MailServer
from infra.local.ports import HOST
from infra.local.stack_clock import provider_clock


@asynccontextmanager
async def _running(options: argparse.Namespace, clock: Callable[[], float]) -> AsyncIterator[None]:
    key_path = options.certificate.with_suffix(".key")
    make_certificate(options.certificate, key_path)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(options.certificate, key_path)
    books, faults = Books(options.state, clock), Faults()
    control = Control(books, faults, clock)
    handler = Handler(books, faults, control.deliver)
    app = web.Application()
    app.add_routes(control.routes())
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    server = await asyncio.get_running_loop().create_server(
        lambda: MailServer(handler, faults, tls), HOST, options.smtp_port
    )
    try:
        await web.TCPSite(runner, HOST, options.port).start()
        yield
    finally:
        server.close()
        await runner.cleanup()
        books.close()


async def _run(options: argparse.Namespace) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with _running(options, provider_clock(options.clock_file)):
        print(f"Mail host: {HOST}:{options.smtp_port}, driven at http://{HOST}:{options.port}", flush=True)
        await stopped.wait()


def main() -> None:
    """Read the options and run until stopped."""
    parser = argparse.ArgumentParser(prog="python -m infra.local.mail_host", description=__doc__)
    parser.add_argument("--state", type=Path, required=True, help="SQLite file that keeps everything")
    parser.add_argument("--certificate", type=Path, required=True, help="where to write whom to trust")
    parser.add_argument("--port", type=int, required=True, help="of its control interface, HTTP")
    parser.add_argument("--smtp-port", type=int, required=True)
    parser.add_argument("--clock-file", help="the file of a stack's clock; without it, this machine's")
    asyncio.run(_run(parser.parse_args()))


if __name__ == "__main__":
    main()
