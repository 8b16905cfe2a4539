"""How long companies wait for each other: `python -m tests.bench.fairness` prints a table.

One busy hour of a thousand companies, worked out by the domain's own functions: senders' timelines, offsets,
batch sizes and turns. Ticks announce what is due before the next one. A worker takes a batch, waits for its
start, sends it at its sender's pace and is free again. Nothing is measured: the table is always the same.
"""

import heapq
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from msgspec import Struct

from shared.domain.senders.pacing import batch_size, chunk_offset_seconds
from shared.domain.senders.sender_timeline import SenderTimeline, reserve
from shared.domain.turns import in_turn
from shared.usecases.sending.dispatch_due_batches import BATCHES_PER_TICK

NINE = datetime(2026, 11, 30, 9, tzinfo=UTC)
TICK_SECONDS = 300.0
OVERHEAD_SECONDS = 1.0  # claim, intents, a slow provider and results of a batch
LARGEST = 1_000_000  # messages of the first company; the nth has an nth of it


class Load(Struct, frozen=True, kw_only=True):
    """What one company sends in fires that all begin at once: messages of each, on one sender."""

    company_id: str
    fires: tuple[int, ...]
    rate_per_second: float


class Planned(Struct, frozen=True, kw_only=True):
    """A batch: its company, when it is to start, in seconds after nine, and how long its pace takes."""

    company_id: str
    starts_at: float
    seconds: float


def planned_batches(load: Load) -> Iterator[Planned]:
    """The batches of a company's fires, as they are planned on its sender's timeline."""
    timeline, rate = SenderTimeline(id="sender"), load.rate_per_second
    for number, count in enumerate(load.fires):
        key = f"{load.company_id} {number}"
        timeline, start = reserve(timeline, key, key, NINE, count / rate, NINE)
        first = (start - NINE).total_seconds()
        for before in range(0, count, batch_size(rate)):
            size = min(batch_size(rate), count - before)
            offset = chunk_offset_seconds(before, rate)
            yield Planned(company_id=load.company_id, starts_at=first + offset, seconds=size / rate)


def delays(
    loads: Sequence[Load], slots: int, most: int = BATCHES_PER_TICK, *, takes_turns: bool = True
) -> dict[str, float]:
    """By company: how many seconds its last batch starts late, with so many batches at work at once.

    Without turns the batches of the companies are announced one company after the other.
    """
    waiting = {load.company_id: list(planned_batches(load)) for load in loads}
    free, late, tick = [0.0] * slots, dict.fromkeys(waiting, 0.0), 0.0
    while any(waiting.values()):
        due = {
            company_id: [one for one in batches if one.starts_at <= tick + TICK_SECONDS]
            for company_id, batches in waiting.items()
        }
        order = in_turn(due) if takes_turns else [(c, one) for c, batches in due.items() for one in batches]
        for company_id, batch in order[:most]:
            start = max(heapq.heappop(free), tick, batch.starts_at)
            heapq.heappush(free, start + batch.seconds + OVERHEAD_SECONDS)
            late[company_id] = max(late[company_id], start - batch.starts_at)
            waiting[company_id].pop(0)
        tick += TICK_SECONDS
    return late


def busy_hour() -> list[Load]:
    """A thousand companies: 7.5 million messages, the largest a million, the smallest a thousand."""
    loads = []
    for place in range(1, 1_001):
        count = LARGEST // place
        rate = 1_000.0 if count >= 100_000 else 100.0 if count >= 10_000 else 10.0
        loads.append(Load(company_id=f"c{place:04}", fires=(count,), rate_per_second=rate))
    return loads


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` of the values are at most."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def table(slots_tried: Sequence[int]) -> str:
    """Percentiles of the companies' delays, in Markdown: the ten largest companies and all others."""
    lines = [
        "| batches at work | turns | companies | p50 | p95 | p99 | longest |",
        "|---|---|---|---|---|---|---|",
    ]
    loads = busy_hour()
    for slots in slots_tried:
        for takes_turns in (True, False):
            late = list(delays(loads, slots, takes_turns=takes_turns).values())
            for name, part in (("largest 10", late[:10]), ("other 990", late[10:])):
                found = " | ".join(f"{percentile(part, share):,.0f} s" for share in (0.5, 0.95, 0.99, 1.0))
                lines.append(f"| {slots:,} | {'yes' if takes_turns else 'no'} | {name} | {found} |")
    return "\n".join(lines)


def main() -> None:
    """Print the table."""
    print(table((200, 2_000, 8_000)))


if __name__ == "__main__":
    main()
