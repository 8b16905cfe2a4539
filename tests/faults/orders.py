"""Orders to a process at a fault point: a file that whoever passes there first takes, and obeys."""

import os
import signal
import time
from pathlib import Path
from typing import Literal

from shared.faults import Point

Moment = Literal["before", "after"]
Action = Literal["kill", "stop", "wait"]
POLL_SECONDS = 0.02


class Orders:
    """A directory of orders. The one who tests gives them; the processes under test obey."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._passed = directory / "passed"
        self._seen: set[str] = set()

    def open(self) -> None:
        """Make the directory. For the giver."""
        self._passed.mkdir(parents=True)

    def give(self, point: Point, moment: Moment, action: Action) -> None:
        """Have the next process at that point die, stop (SIGSTOP), or wait until it is released."""
        self._taken(point, moment).unlink(missing_ok=True)
        self._waiting(point, moment).write_text(action)

    def taker(self, point: Point, moment: Moment) -> int | None:
        """The process that took the order, or None as long as nobody did."""
        try:
            return int(self._taken(point, moment).read_text().partition(" ")[2])
        except (FileNotFoundError, ValueError):
            return None

    def release(self, point: Point, moment: Moment) -> None:
        """Let who waits there go on."""
        self._taken(point, moment).unlink()

    def open_orders(self) -> list[str]:
        """What nobody has taken yet."""
        return [path.name for path in self._directory.iterdir() if path.suffix in (".before", ".after")]

    def withdraw(self) -> None:
        """Take back what nobody has taken, and release all who wait."""
        for path in self._directory.iterdir():
            if path.is_file():
                path.unlink()

    def passed(self) -> set[str]:
        """The points that any process passed so far."""
        return {path.name for path in self._passed.iterdir()}

    def obey(self, point: Point, moment: Moment) -> None:
        """The hook of a process under test."""
        if point not in self._seen:
            self._seen.add(point)
            (self._passed / point).touch()
        taken = self._taken(point, moment)
        try:
            os.rename(self._waiting(point, moment), taken)
        except FileNotFoundError:
            return
        action = taken.read_text()
        taken.write_text(f"{action} {os.getpid()}")
        if action == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        elif action == "stop":
            os.kill(os.getpid(), signal.SIGSTOP)
        while action == "wait" and taken.exists():
            time.sleep(POLL_SECONDS)  # the whole process waits, as if its machine did

    def _waiting(self, point: str, moment: str) -> Path:
        return self._directory / f"{point}.{moment}"

    def _taken(self, point: str, moment: str) -> Path:
        return self._directory / f"{point}.{moment}.taken"
