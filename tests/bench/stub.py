"""The provider stub as a process: where it answers, and what it has accepted."""

import json
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PROVIDER = Path(__file__).resolve().with_name("provider.py")
PATIENCE_SECONDS = 900


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running_provider(port: int, latency: float, behind: str = "") -> Iterator[str]:
    """The stub's address; it takes `latency` seconds for a request, and ends with the block."""
    command = [sys.executable, str(PROVIDER), f"--port={port}", f"--latency={latency}", f"--behind={behind}"]
    process = subprocess.Popen(command)  # noqa: S603 - our own program
    try:
        wait_for_port(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def wait_for_port(port: int) -> None:
    """Return when something listens there. Raises TimeoutError."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError(f"Nothing listens on port {port} after a minute.")


def forget_accepted(provider: str) -> None:
    """Let the stub count anew."""
    urllib.request.urlopen(urllib.request.Request(f"{provider}/accepted", method="DELETE")).close()  # noqa: S310


def wait_for_accepted(provider: str, count: int) -> dict[str, Any]:
    """What the stub says when it has messages for `count` addresses. Raises TimeoutError."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        with urllib.request.urlopen(f"{provider}/accepted") as response:  # noqa: S310 - the stub's address
            accepted: dict[str, Any] = json.load(response)
        if accepted["different"] >= count:
            return accepted
        time.sleep(0.1)
    raise TimeoutError(f"The provider has {accepted['different']} of {count} messages.")
