"""Starts a program in a process group of its own, waits until it answers, and stops the whole group."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import aiohttp
import psutil

from infra.local.waiting import NoProgress, wait_while_moving

LOG_TAIL_LINES = 15
POLL_SECONDS = 0.1
LOOK_SECONDS = 5.0  # between two looks at all processes there are, which takes a while
REPOSITORY = Path(__file__).resolve().parents[2]


class ProcessFailed(Exception):
    """A program ended early, or did not answer in time; the text holds the end of its log."""


class Process:
    """A running program and everything it started."""

    def __init__(self, name: str, child: asyncio.subprocess.Process, log_path: Path) -> None:
        self.name = name
        self.log_path = log_path
        self._child = child

    @classmethod
    async def start(
        cls,
        name: str,
        command: Sequence[str],
        *,
        log_path: Path,
        env: Mapping[str, str] | None = None,
        cwd: Path = REPOSITORY,
    ) -> "Process":
        """Start `command` with `env` added to our environment; what it says goes to `log_path`.

        It gets its own session, so that Ctrl-C in the terminal reaches us alone and we stop it in order.
        """
        log_path.parent.mkdir(parents=True, exist_ok=True)
        with log_path.open("ab") as log:
            child = await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, **(env or {})},
                cwd=cwd,
                start_new_session=True,
            )
        return cls(name, child, log_path)

    @property
    def pid(self) -> int:
        """The id of the program, and of its process group."""
        return self._child.pid

    async def wait_ended(self) -> int:
        """Wait until the program ends by itself; its exit code."""
        return await self._child.wait()

    async def wait_until(self, answers: Callable[[], Awaitable[bool]], *, still_seconds: float) -> None:
        """Wait until `answers`, as long as the program is at work.

        Raises ProcessFailed when it ends, or has used no processor time for `still_seconds`.
        """

        loop = asyncio.get_running_loop()
        looked_at, worked = loop.time(), 0

        async def look() -> tuple[bool, int]:
            nonlocal looked_at, worked
            is_there = await answers()
            if not is_there and self._child.returncode is not None:
                raise ProcessFailed(f"{self.name} ended with code {self._child.returncode}{self._tail()}")
            if loop.time() - looked_at >= LOOK_SECONDS:
                looked_at, worked = loop.time(), self._seconds_worked()
            return is_there, worked

        try:
            await wait_while_moving(
                f"{self.name} to start",
                look,
                lambda seen: seen[0],
                pause=POLL_SECONDS,
                still_seconds=still_seconds,
            )
        except NoProgress:
            raise ProcessFailed(
                f"{self.name} does not answer, and has been idle for {still_seconds:g} s{self._tail()}"
            ) from None

    def _seconds_worked(self) -> int:
        """Processor time of the whole group, in whole seconds."""
        worked = 0.0
        for pid in self._members():
            with suppress(psutil.Error):
                times = psutil.Process(pid).cpu_times()
                worked += times.user + times.system
        return int(worked)

    async def stop(self, *, grace_seconds: float = 10) -> None:
        """End the whole group: first by SIGTERM, what is left after the grace by SIGKILL."""
        for stop_signal in (signal.SIGTERM, signal.SIGKILL):
            if not self._members():
                break
            try:
                os.killpg(self.pid, stop_signal)
            except ProcessLookupError:
                break
            await self._wait_empty(grace_seconds)
        await self._child.wait()

    async def _wait_empty(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._child.wait()  # it mostly outlives what it started
                while self._members():  # no event tells of others' children
                    await asyncio.sleep(POLL_SECONDS / 2)
        except TimeoutError:
            return

    def _members(self) -> list[int]:
        """The live processes of the group. Zombies wait for a parent elsewhere and do nothing."""
        members = []
        for pid in psutil.pids():
            try:
                # Whose group it is costs little; a whole look at each process there is would take a while.
                if os.getpgid(pid) == self.pid and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
                    members.append(pid)
            except (ProcessLookupError, PermissionError, psutil.NoSuchProcess):
                continue
        return members

    def _tail(self) -> str:
        lines = self.log_path.read_text(encoding="utf-8", errors="replace").splitlines()[-LOG_TAIL_LINES:]
        return "".join(f"\n    {line}" for line in (*lines, f"(from {self.log_path})"))


async def port_answers(host: str, port: int) -> bool:
    """Whether something listens there."""
    try:
        _, writer = await asyncio.open_connection(host, port)
    except OSError:
        return False
    writer.close()
    await writer.wait_closed()
    return True


async def url_answers(url: str) -> bool:
    """Whether a GET of `url` is answered with a status below 500."""
    try:
        async with aiohttp.ClientSession() as http, http.get(url) as response:
            return response.status < 500
    except (aiohttp.ClientError, OSError):
        return False
