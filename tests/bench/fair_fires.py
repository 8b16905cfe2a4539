"""How long a small fire waits beside a big one: `python -m tests.bench.fair_fires` prints a table.

Where tests/bench/fairness.py looks at senders alone, this goes from the start of a fire to its last message:
chunks are announced, queued and cut into batches, those are announced, and wait for their start in a worker.
What is announced when is decided by the program's own functions and numbers; jobs of a topic come in order.
Nothing is measured: the table is always the same.
"""

import heapq
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import count

from msgspec import Struct, field

from infra.deploy.environment import dispatch_interval
from infra.manifest import read_manifest
from shared.domain.files.row_chunk import ROWS_PER_CHUNK
from shared.domain.fires.fire import Fire, PlannedStep
from shared.domain.record import replace
from shared.domain.senders.pacing import batch_size, chunk_offset_seconds
from shared.domain.turns import in_turn
from shared.usecases.fires.store_chunks import CHUNKS_AT_ONCE, first_of_next
from shared.usecases.sending.dispatch_due_batches import BATCHES_PER_TICK

NINE = datetime(2026, 11, 30, 9, tzinfo=UTC)
STORING_SECONDS = 0.1  # of the chunks that are announced together
CHUNK_SECONDS = 1.0  # of a worker, for 300 messages: docs/performance.md
BATCH_SECONDS = 1.0  # claim, intents, a slow provider and results, beside the pace


class Load(Struct, frozen=True, kw_only=True):
    """A company's fire: so many messages, on a sender of so many a second, from so many seconds on."""

    company_id: str
    messages: int
    rate_per_second: float
    fired_at: float = 0.0

    def fire(self) -> Fire:
        """The fire as it is stored."""
        chunks = -(-self.messages // ROWS_PER_CHUNK)
        steps = (PlannedStep(step_id="step", planned=self.messages, chunk_count=chunks),)
        return Fire(
            id=self.company_id, campaign_id="c", slot="s", content_hash="h", fired_at=NINE, steps=steps
        )


class Batch(Struct, frozen=True, kw_only=True):
    """When a batch is to start, in seconds, and how long its messages take at their pace."""

    load: Load
    starts_at: float
    seconds: float


class Places(Struct, frozen=True, kw_only=True):
    """How many jobs of each kind are at work at once."""

    queueing: int
    sending: int


class Pool(Struct, kw_only=True):
    """Workers of one topic: so many places, taken in the order in which jobs are announced."""

    free: int
    waiting: deque[Callable[[], None]] = field(default_factory=deque)

    def announce(self, *works: Callable[[], None]) -> None:
        """Announce these jobs together."""
        self.waiting.extend(works)
        self._go_on()

    def leave(self) -> None:
        """A job is done."""
        self.free += 1
        self._go_on()

    def _go_on(self) -> None:
        while self.free and self.waiting:
            self.free -= 1
            self.waiting.popleft()()


class Hour:
    """What happens when these fires begin, with so many places and ticks every `ahead` seconds."""

    def __init__(
        self, loads: Sequence[Load], places: Places, ahead: float, *, at_once: int = CHUNKS_AT_ONCE
    ) -> None:
        self.ended: dict[str, float] = {}  # by company: when its last message was sent
        self._now, self._events, self._order = 0.0, list[tuple[float, int, Callable[[], None]]](), count()
        self._queueing, self._sending = Pool(free=places.queueing), Pool(free=places.sending)
        self._later: dict[str, list[Batch]] = defaultdict(list)
        self._left = {load.company_id: load.messages for load in loads}
        self._ahead, self._at_once = ahead, at_once
        for load in loads:
            self._at(load.fired_at, partial(self._announce_chunks, load, load.fire(), 0))
        self._at(0.0, self._tick)
        while self._events and any(self._left.values()):
            self._now, _, event = heapq.heappop(self._events)
            event()

    def _at(self, moment: float, event: Callable[[], None]) -> None:
        heapq.heappush(self._events, (moment, next(self._order), event))

    def _announce_chunks(self, load: Load, fire: Fire, first: int) -> None:
        """As store_chunks does."""
        found = range(first, first + len(fire.places(first, first + self._at_once)))
        self._queueing.announce(*(partial(self._queue, load, fire, place) for place in found))

    def _queue(self, load: Load, fire: Fire, place: int) -> None:
        """As queue_messages does: who queues the first of some chunks goes on with the next ones."""
        if (following := first_of_next(place, self._at_once)) is not None:
            self._at(self._now + STORING_SECONDS, partial(self._announce_chunks, load, fire, following))
        self._at(self._now + CHUNK_SECONDS, lambda: self._queued(load, place))

    def _queued(self, load: Load, place: int) -> None:
        for batch in self._batches(load, place):
            if batch.starts_at <= self._now + self._ahead:
                self._announce_batch(batch)
            else:
                self._later[load.company_id].append(batch)
        self._queueing.leave()

    @staticmethod
    def _batches(load: Load, place: int) -> Iterator[Batch]:
        before, rate = place * ROWS_PER_CHUNK, load.rate_per_second
        end = min(before + ROWS_PER_CHUNK, load.messages)
        for first in range(before, end, batch_size(rate)):
            size = min(batch_size(rate), end - first)
            starts_at = load.fired_at + chunk_offset_seconds(first, rate)
            yield Batch(load=load, starts_at=starts_at, seconds=size / rate)

    def _tick(self) -> None:
        """As dispatch_due_batches does."""
        until = self._now + self._ahead
        due = {
            company_id: sorted((b for b in batches if b.starts_at <= until), key=lambda b: b.starts_at)
            for company_id, batches in self._later.items()
        }
        for company_id, batch in in_turn(due)[:BATCHES_PER_TICK]:
            self._later[company_id].remove(batch)
            self._announce_batch(batch)
        self._at(self._now + self._ahead, self._tick)

    def _announce_batch(self, batch: Batch) -> None:
        self._sending.announce(lambda: self._send(batch))

    def _send(self, batch: Batch) -> None:
        """As send_batch does: it waits for its start, in its place."""
        ends_at = max(self._now, batch.starts_at) + batch.seconds + BATCH_SECONDS
        self._at(ends_at, lambda: self._sent(batch))

    def _sent(self, batch: Batch) -> None:
        company_id, rate = batch.load.company_id, batch.load.rate_per_second
        self._left[company_id] -= round(batch.seconds * rate)
        if not self._left[company_id]:
            self.ended[company_id] = self._now
        self._sending.leave()


SMALL = Load(company_id="small", messages=30, rate_per_second=10.0, fired_at=10.0)


def places() -> Places:
    """What the manifest allows."""
    manifest = read_manifest()
    found = [manifest.get(name) for name in ("queue_messages", "send_batch")]
    queueing, sending = (one.concurrency * one.max_instances for one in found)
    return Places(queueing=queueing, sending=sending)


def waits(big: Load, small: Load, having: Places, ahead: float, *, at_once: int = CHUNKS_AT_ONCE) -> float:
    """For how many seconds longer the small company's fire takes beside the big one than alone."""
    alone = Hour([small], having, ahead, at_once=at_once).ended[small.company_id]
    return Hour([big, small], having, ahead, at_once=at_once).ended[small.company_id] - alone


def longest(big: Load, having: Places, ahead: float, *, at_once: int = CHUNKS_AT_ONCE) -> float:
    """The longest wait, whenever the small fire begins within five minutes of the big one."""
    begins = (1.0, 10.0, 40.0, 60.0, 150.0, 290.0)
    return max(waits(big, replace(SMALL, fired_at=at), having, ahead, at_once=at_once) for at in begins)


def table() -> str:
    """How much later the last of 30 messages is sent, in Markdown."""
    lines = ["| the big company | places | with 200 chunks and 300 s | as it is |", "|---|---|---|---|"]
    for rate in (100.0, 500.0, 1_000.0):
        big = Load(company_id="big", messages=300_000, rate_per_second=rate)
        kinds = (("as deployed", places()), ("one instance of each", Places(queueing=2, sending=20)))
        for name, having in kinds:
            before = longest(big, having, 300.0, at_once=200)
            now = longest(big, having, dispatch_interval(read_manifest()))
            lines.append(f"| 300,000 at {rate:,.0f} a second | {name} | {before:,.0f} s | {now:,.0f} s |")
    return "\n".join(lines)


def main() -> None:
    """Print the table."""
    print(table())


if __name__ == "__main__":
    main()
