"""What is measured, and the programs that measure it, each in a process of its own."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from msgspec import Struct

REPOSITORY = Path(__file__).resolve().parents[2]
STOPPING_SECONDS = 120  # a stack stops in order; after that it is killed

Result = dict[str, Any]


class Case(Struct, frozen=True):
    """One measurement: what is sent, and how long the provider takes for a request, in seconds."""

    channel: str
    count: int
    latency: float

    @property
    def name(self) -> str:
        """As the table says it."""
        what = {"sms": "SMS", "email": "emails"}[self.channel]
        return f"{self.count:,} {what}, {self.latency * 1000:.0f} ms"

    @property
    def options(self) -> list[str]:
        """For the programs that measure."""
        return [f"--channel={self.channel}", f"--count={self.count}", f"--latency={self.latency}"]


def run(module: str, *options: str) -> Result:
    """What `python -m tests.bench.<module>` prints.

    When we are stopped, it is told so once, and stops in order. It has a session of its own: Ctrl-C in the
    terminal reaches us alone. Raises CalledProcessError.
    """
    command = [sys.executable, "-m", f"tests.bench.{module}", *options]
    with subprocess.Popen(  # noqa: S603 - our own programs
        command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        try:
            said, _ = process.communicate()
        except BaseException:
            _stop(process)
            raise
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    found: Result = json.loads(said)
    return found


def _stop(process: "subprocess.Popen[str]") -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # once is enough
    os.killpg(process.pid, signal.SIGINT)
    try:
        process.communicate(timeout=STOPPING_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)


@contextmanager
def checkout(commit: str) -> Iterator[Path]:
    """That commit's tree, in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        git = ["git", "-C", str(REPOSITORY)]
        archive = subprocess.run([*git, "archive", commit], stdout=subprocess.PIPE, check=True)  # noqa: S603 - git
        subprocess.run(["tar", "-x", "-C", folder], input=archive.stdout, check=True)  # noqa: S603, S607 - tar
        yield Path(folder)
