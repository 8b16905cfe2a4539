"""The time of a test: what everything in it, the providers included, takes for now."""

from datetime import datetime, timedelta


class Clock:
    """A clock that a test moves by setting `at`; a slow machine changes nothing.

    It stands still, or goes on by `step` with every reading: then what comes later is later, as in life.
    """

    def __init__(self, at: datetime, *, step: timedelta = timedelta()) -> None:
        self.at = at
        self._step = step

    def __call__(self) -> datetime:
        self.at += self._step
        return self.at
