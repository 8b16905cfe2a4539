"""The mail host as a process of its own."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from msgspec import Struct

from infra.local.ports import HOST, free_ports
from infra.local.processes import Process, url_answers
from infra.local.waiting import STILL_SECONDS


class MailHost(Struct, frozen=True, kw_only=True):
    """Where it is driven (HTTP), and what the setting of the provider's base URL is to be."""

    address: str
    base_url: str


@asynccontextmanager
async def running_mail_host(
    directory: Path, *, preferred: tuple[int, int] = (0, 0), clock_path: Path | None = None
) -> AsyncIterator[MailHost]:
    """The process, its state and certificate in `directory`; `preferred` are its ports for HTTP and SMTP."""
    port, smtp_port = free_ports(preferred)
    certificate = directory / "mail_host.pem"
    command = [sys.executable, "-m", "infra.local.mail_host", f"--port={port}", f"--smtp-port={smtp_port}"]
    command += [f"--state={directory / 'mails.sqlite'}", f"--certificate={certificate}"]
    command += [f"--clock-file={clock_path}"] if clock_path else []
    log_path = directory / "logs" / "mail_host.log"
    address = f"http://{HOST}:{port}"
    process = await Process.start("mail host", command, log_path=log_path)
    try:
        await process.wait_until(lambda: url_answers(address), still_seconds=STILL_SECONDS)
        yield MailHost(address=address, base_url=f"smtp://{HOST}:{smtp_port}?ca={certificate}")
    finally:
        await process.stop()
