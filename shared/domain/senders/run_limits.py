"""Runs: how a campaign's messages leave in short bursts, each with an end."""

from msgspec import Struct

RUN_MESSAGES = 50
RUN_SECONDS = 60.0
RUN_PER_SECOND = 1.0
MOST_MESSAGES = 100  # a run is a batch
SLOWEST_PER_SECOND, FASTEST_PER_SECOND = 0.1, 1_000.0
LONGEST_SECONDS = 300.0  # a run must end within its worker's time limit


class RunLimits(Struct, frozen=True, kw_only=True):
    """A run is a batch of `size` messages, `per_second` of them a second, or as fast as the sender may.

    When `seconds` are over no message of it is begun any more: what was not reached goes back to the pool of
    those that wait, and a later run takes it. The next run begins when these seconds are over, so two never
    overlap.
    """

    size: int = RUN_MESSAGES
    seconds: float = RUN_SECONDS
    per_second: float = RUN_PER_SECOND
