"""How a sender's rate decides how work is cut: batches for workers, groups for transactions, offsets."""

from shared.domain.channels.channel import Channel
from shared.domain.senders.run_limits import RunLimits

BATCH_MESSAGES = 100
BATCH_SECONDS = 200  # leaves a worker time for claim, intent, results and a slow provider in its time limit
GROUP_SECONDS = 1.5


def pace_of(rate_per_second: float, runs: RunLimits | None = None) -> float:
    """How many messages leave in a second at a sender's rate; in runs, no more than these allow."""
    _check(rate_per_second)
    return rate_per_second if runs is None else min(rate_per_second, runs.per_second)


def batch_size(rate_per_second: float, runs: RunLimits | None = None) -> int:
    """How many messages one batch holds, 1 to 100, at a sender's rate; no more than a run may have.

    Each batch costs a claim and a close, so it is large. A very slow sender's has what it sends in 200
    seconds, as a batch must end within its worker's time limit.
    """
    most = BATCH_MESSAGES if runs is None else runs.size
    return min(most, max(1, int(pace_of(rate_per_second, runs) * BATCH_SECONDS)))


def group_size(rate_per_second: float, channel: Channel) -> int:
    """How many messages' intent is written in one transaction: about 1.5 seconds of sending.

    What is in the group when a process dies is in doubt, so slow senders get one message at a time; the
    channel says how many a fast one gets.
    """
    _check(rate_per_second)
    return min(channel.record.group_messages, max(1, int(rate_per_second * GROUP_SECONDS)))


def chunk_offset_seconds(
    messages_before: int, rate_per_second: float, runs: RunLimits | None = None
) -> float:
    """How long after the fire's start a chunk's first message may go: when those before it have gone.

    In runs, when the runs before it have had all their time.
    """
    pace = pace_of(rate_per_second, runs)
    if runs is None:
        return messages_before / pace
    size = batch_size(rate_per_second, runs)
    through, within = divmod(messages_before, size)
    return through * max(size / pace, runs.seconds) + within / pace


def sending_seconds(messages: int, rate_per_second: float, runs: RunLimits | None = None) -> float:
    """For how long a sender is taken by so many messages: in runs, all of whose time counts."""
    size = 1 if runs is None else batch_size(rate_per_second, runs)
    return chunk_offset_seconds(-(-messages // size) * size, rate_per_second, runs)


def retry_delay_seconds(attempt: int) -> float:
    """How long what was refused for now waits after its nth try: 5 s, doubling, ten minutes at most."""
    return min(600.0, 5.0 * 2 ** (attempt - 1)) if attempt else 0.0


def _check(rate_per_second: float) -> None:
    if not rate_per_second > 0:
        raise ValueError("a sender's rate is more than nothing")
