"""A mapping suggested in a process of its own, so that other requests go on meanwhile.

The process has limits on memory and time, and a low priority; one is at work at a time.
"""

import asyncio
import os
import resource
import signal
import sys
from functools import cache
from pathlib import Path

import msgspec

from shared.domain.files.file import FileRefused
from shared.tabular.caps import MIB
from shared.tabular.child import ROOT, child_environment
from shared.views.sources import SuggestedMapping, suggest_mapping

MEMORY_BYTES = 512 * MIB  # of the process; the one that opens a spreadsheet for it has its own limit
SECONDS = 20  # of processor time
PATIENCE = 60  # seconds by the clock, on a busy machine


class _Refused(msgspec.Struct, tag=True):
    """Why there is no suggestion."""

    refused: str


class _Suggested(msgspec.Struct, tag=True):
    """The suggestion."""

    suggested: SuggestedMapping


@cache
def _turn(loop: asyncio.AbstractEventLoop) -> asyncio.Semaphore:
    """Whose turn it is in this process: it has one loop, tests have many."""
    return asyncio.Semaphore(1)


async def suggest_apart(path: Path) -> SuggestedMapping:
    """As suggest_mapping. `path` is absolute.

    Raises FileRefused, also for a file that takes more memory or time than it may.
    """
    async with _turn(asyncio.get_running_loop()):
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-X", "utf8", "-m", "shared.views.suggest_apart", str(path)),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=child_environment(),
            cwd=ROOT,
        )
        try:
            async with asyncio.timeout(PATIENCE):
                written, _ = await child.communicate()
        except TimeoutError:
            written = b""
        finally:
            if child.returncode is None:
                child.kill()
                await child.wait()
    try:
        answer = msgspec.json.decode(written, type=_Suggested | _Refused)
    except msgspec.DecodeError:
        raise FileRefused(
            "Looking at the file takes too much time or memory. Send its first hundred lines, as CSV."
        ) from None
    if isinstance(answer, _Refused):
        raise FileRefused(answer.refused)
    return answer.suggested


def main(path: Path) -> None:
    """Write the suggestion for `path`, or why there is none, to standard output."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGXCPU, signal.SIG_DFL)
    os.nice(10)
    answer: _Suggested | _Refused
    try:
        answer = _Suggested(suggested=suggest_mapping(path))
    except FileRefused as refusal:
        answer = _Refused(refused=refusal.reason)
    sys.stdout.buffer.write(msgspec.json.encode(answer))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
