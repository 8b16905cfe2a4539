"""The processes that read what may be hostile, with limits on memory and time; they answer in JSON lines."""

import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from msgspec.structs import asdict

from shared.domain.files.file import FileRefused
from shared.tabular.caps import MIB, Caps

OUT_OF_MEMORY = 3
ROOT = Path(__file__).parents[2]
_DAMAGED = 1  # an exception nobody foresaw, such as a panic inside the reader


class Child:
    """A process that reads one file: `module` is run with the path, the caps and what is wanted of it.

    `noun` is what people call the file, `remedy` what to do when it takes too much.
    """

    def __init__(
        self, module: str, path: Path, caps: Caps, wanted: Mapping[str, object], *, noun: str, remedy: str
    ) -> None:
        self._caps, self._noun, self._remedy = caps, noun, remedy
        arguments = [str(path.absolute()), json.dumps(asdict(caps)), json.dumps(wanted)]
        self._process = subprocess.Popen(  # noqa: S603  # no shell; the path is our own temporary file
            [sys.executable, "-X", "utf8", "-m", module, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
            env=child_environment(),
            cwd=ROOT,
        )

    def __enter__(self) -> "Child":
        try:
            if self.next_message() != "ready":
                raise RuntimeError(f"the process that opens a {self._noun} did not start")
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.__exit__(kind, error, traceback)

    def next_message(self) -> Any:  # JSON
        """What the process says next. Raises FileRefused when it refuses the file, or dies of it."""
        assert self._process.stdout is not None  # noqa: S101  # it is a pipe
        line = self._process.stdout.readline()
        if not line.endswith("\n"):
            raise FileRefused(self._end_reason(self._process.wait()))
        message = json.loads(line)
        if isinstance(message, dict) and "refused" in message:
            raise FileRefused(message["refused"])
        return message

    def _end_reason(self, code: int) -> str:
        if code == _DAMAGED:
            return f"The {self._noun} is damaged and cannot be opened. Save it again, or as CSV."
        if -code in (signal.SIGALRM, signal.SIGXCPU):
            return f"The {self._noun} takes over {self._caps.seconds} seconds to open. {self._remedy}"
        limit = self._caps.memory_bytes // MIB
        return f"The {self._noun} takes more than {limit:,} MiB of memory to open. {self._remedy}"


def child_environment() -> dict[str, str]:
    """What a child process needs to find Python's libraries and ours, and none of the secrets around it."""
    return {
        "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path]),
        "LD_LIBRARY_PATH": str(Path(sys.base_prefix) / "lib"),
    }


def limit_this_process(caps: Caps) -> None:
    """Keep this process, a child, within the caps."""
    resource.setrlimit(resource.RLIMIT_AS, (caps.memory_bytes, caps.memory_bytes))
    # The hard limit kills without saying why, so the soft one comes first.
    resource.setrlimit(resource.RLIMIT_CPU, (caps.seconds, caps.seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def say(message: object) -> None:
    """Tell the parent something."""
    sys.stdout.write(json.dumps(message, separators=(",", ":")) + "\n")
