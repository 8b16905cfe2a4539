"""A clock that can be set: the local stack's, where a story of days is told in a minute."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path


def set_clock(path: str) -> Callable[[], datetime]:
    """This machine's clock (UTC), put forward by the seconds in the file at `path`, or back.

    The file is read at every look, so that all processes of a stack are set together.
    """
    file = Path(path)

    def now() -> datetime:
        return datetime.now(UTC) + timedelta(seconds=float(file.read_text(encoding="ascii")))

    return now
