"""Runs: how a campaign's messages leave in short bursts, each with an end."""

from dataclasses import dataclass

RUN_MESSAGES = 50
RUN_SECONDS = 60.0
MOST_MESSAGES = 100  # a run is a batch
LONGEST_SECONDS = 300.0  # a run must end within its worker's time limit


@dataclass(frozen=True, kw_only=True, slots=True)
class RunLimits:
    """A run is a batch of `size` messages, at the sender's pace.

    When `seconds` are over no message of it is begun any more: what was not reached goes back to the pool of
    those that wait, and a later run takes it. The next run begins when these seconds are over, so two never
    overlap.
    """

    size: int = RUN_MESSAGES
    seconds: float = RUN_SECONDS
