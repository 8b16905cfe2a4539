"""Runs one function under functions-framework, as Cloud Run does, and starts it again when it dies."""

import asyncio
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from infra.local.ports import HOST
from infra.local.processes import Process, ProcessFailed, port_answers
from infra.local.waiting import STILL_SECONDS
from infra.manifest import Function

RESTART_PAUSE_SECONDS = 1


class FunctionHost:
    """One function on its port. `instances` are gunicorn workers behind it, each with its own memory."""

    def __init__(
        self,
        function: Function,
        *,
        source: Path,
        port: int,
        env: Mapping[str, str],
        log_directory: Path,
        instances: int = 1,
        say: Callable[[str], None] = print,
    ) -> None:
        self.function = function
        self.port = port
        self.instances = instances
        self._source = source.resolve()
        self.env: dict[str, str] = {
            **env,
            "WORKERS": str(instances),
            # The framework reads the platform's own name for the request time-out.
            "CLOUD_RUN_TIMEOUT_SECONDS": str(function.timeout_seconds),
            "K_SERVICE": function.service,
        }
        self._log_path = log_directory / f"{function.name}.log"
        self._say = say
        self._process: Process | None = None
        self._watch: asyncio.Task[None] | None = None

    @property
    def address(self) -> str:
        """The function's base URL."""
        return f"http://{HOST}:{self.port}"

    @property
    def command(self) -> list[str]:
        """What runs it, with `env`."""
        command = [sys.executable, "-m", "functions_framework", "--target", self.function.name]
        return [*command, "--source", str(self._source), "--host", HOST, "--port", str(self.port)]

    @property
    def pid(self) -> int:
        """The process group to kill in tests of crashes."""
        if self._process is None:
            raise ProcessFailed(f"{self.function.name} is not running")
        return self._process.pid

    async def start(self) -> None:
        """Start it and wait until it takes requests. Raises ProcessFailed with its log when it does not."""
        await self._spawn()
        self._watch = asyncio.create_task(self._start_again_when_dead(), name=f"watch {self.function.name}")

    async def stop(self) -> None:
        """Stop it, with the ten seconds Cloud Run gives requests to end."""
        if self._watch is not None:
            self._watch.cancel()
            with suppress(asyncio.CancelledError):
                await self._watch
        if self._process is not None:
            await self._process.stop()

    async def _spawn(self) -> None:
        self._process = await Process.start(
            self.function.name,
            self.command,
            env=self.env,
            cwd=self._source.parent,
            log_path=self._log_path,
        )
        await self._process.wait_until(lambda: port_answers(HOST, self.port), still_seconds=STILL_SECONDS)

    async def _start_again_when_dead(self) -> None:
        while self._process is not None:
            code = await self._process.wait_ended()
            self._say(
                f"{self.function.name} ended with code {code}; starting it again (log: {self._log_path})"
            )
            await self._process.stop()
            await asyncio.sleep(RESTART_PAUSE_SECONDS)
            try:
                await self._spawn()
            except ProcessFailed as failure:
                self._say(str(failure))
