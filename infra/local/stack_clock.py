"""Sets the clock of a whole stack: its functions and its providers."""

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from shared.set_clock import set_clock


class StackClock:
    """The clock in the file at `path`. It goes on by itself from where it is set."""

    def __init__(self, path: Path, begins_at: datetime) -> None:
        self.path = path
        self.now = set_clock(str(path))  # aware, in UTC
        self.set(begins_at)

    def set(self, moment: datetime) -> None:
        """Set it to `moment`. Whoever reads it sees the old time or the new one."""
        seconds = (moment - datetime.now(UTC)).total_seconds()
        fresh = self.path.with_suffix(".fresh")
        fresh.write_text(repr(seconds), encoding="ascii")
        os.replace(fresh, self.path)


def provider_clock(path: str | None) -> Callable[[], float]:
    """The time of a simulated provider, in Unix seconds: of the file of a stack's clock, or this machine."""
    if not path:
        return time.time
    now = set_clock(path)
    return lambda: now().timestamp()
