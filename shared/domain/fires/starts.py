"""When batches start: each at its place on the sender's timeline, and not before its messages may go out."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from msgspec import Struct, field

from shared.domain.senders.pacing import batch_size, chunk_offset_seconds
from shared.domain.senders.run_limits import RunLimits
from shared.domain.senders.sender import Sender
from shared.domain.stored_size import COMMIT_BYTES


class Starts(Struct, frozen=True, kw_only=True):
    """When things may start. `reserved_at` is where the step's time on its sender begins, which was reserved
    from the company's `opening` on.

    Batches that start before `dispatch_until` are announced at once; a tick takes the later ones.
    `batch_bytes` is how large a batch's messages may be together, as they are stored. `own` are the starts
    that were reserved for messages that are due at times of their own, by when: one for each full batch.
    `runs` are the campaign's, if its messages leave in runs.
    """

    now: datetime
    reserved_at: datetime
    opening: datetime
    recipients_before: int
    chunk_id: str
    dispatch_until: datetime
    batch_bytes: int = COMMIT_BYTES
    own: Mapping[datetime, Sequence[datetime]] = field(default_factory=dict)
    runs: RunLimits | None = None


def start_of(sender: Sender, opens_at: datetime, first: int, starts: Starts) -> datetime:
    """When a batch starts whose first message is the `first` of its group in the chunk."""
    if opens_at in starts.own:
        return _own(sender, opens_at, first, starts)
    before = starts.recipients_before + first
    offset = timedelta(seconds=chunk_offset_seconds(before, sender.rate_per_second, starts.runs))
    # Where it is later in the day than at the company, people may be contacted before its opening.
    if opens_at < starts.opening:
        return opens_at + (starts.reserved_at - starts.opening) + offset
    return max(opens_at, starts.reserved_at) + offset


def _own(sender: Sender, opens_at: datetime, first: int, starts: Starts) -> datetime:
    """The start that was reserved for it; after the last one, as the messages before it go out."""
    reserved, size = starts.own[opens_at], batch_size(sender.rate_per_second)
    place = min(first // size, len(reserved) - 1)
    return reserved[place] + timedelta(seconds=(first - place * size) / sender.rate_per_second)
