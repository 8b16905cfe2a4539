"""The sums of many fires: stored ones where they are true, else counted.

A fire that is over has its sums stored (usecases/ledger/count_sums.py): a range of fires is one reading of
those. What goes on is counted at once. Of what has changed since it was counted, the newest fires are counted
too; the others stay as they were counted last, and the report says when that was.
"""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec import Struct

from shared.domain.fires.fire import Fire, FireProgress
from shared.domain.fires.fire_sums import CountedSums, FireSums, StoredSums, added, may_be_summed
from shared.firestore.kit.collection import VALUES_PER_QUERY
from shared.runtime import Runtime
from shared.views.fire_sums import read_small, sum_fires
from shared.views.ledger import CountedFire, count_fire
from shared.views.message_sums import Fires

MOST_CHANGED = VALUES_PER_QUERY  # fires whose stored sums are not true any more: together one group
OPEN_AT_ONCE = 8  # each is counted by some questions, and other requests wait for the same connection
TALLIED = 10_000  # values that a report reads to count them by kind; what is beyond has no kind


class RangeSums(Struct, frozen=True, kw_only=True):
    """The sums of all fires, and each fire's books by its id.

    `as_of` is the earliest moment that any of it was counted at. `unsummed` are fires that are over, and
    whose sums nobody has asked for.
    """

    sums: FireSums
    books: dict[str, FireProgress | CountedFire]
    as_of: datetime
    unsummed: tuple[str, ...]


class _Sorted(Struct, frozen=True, kw_only=True):
    """Fires by where their sums come from: read as stored, or counted in groups."""

    stored: dict[str, CountedSums]
    counted: tuple[str, ...]
    unsummed: tuple[str, ...]


async def sum_range(runtime: Runtime, company_id: str, fires: Sequence[Fire]) -> RangeSums:
    """Add up the fires, whose messages are all there still."""
    now, stores = runtime.now(), runtime.stores
    over = [one for one in fires if may_be_summed(one, now)]
    live = [one for one in fires if not may_be_summed(one, now)]
    found, kept, counted_live = await asyncio.gather(
        stores.fire_sums.find_many(company_id, [one.id for one in over]),
        stores.fire_progress.find_many(company_id, [one.id for one in over if not one.is_standing]),
        _count_live(runtime, company_id, live),
    )
    chosen = _sort(over, found, now)
    large = tuple(fire_id for fire_id, (_, sums) in counted_live.items() if sums is None)
    in_groups, books = await asyncio.gather(
        _count_groups(runtime, company_id, (*chosen.counted, *large)),
        _books(runtime, company_id, over, kept, chosen.stored),
    )
    read = (sums for _, sums in counted_live.values() if sums is not None)
    return RangeSums(
        sums=added([*in_groups, *read, *(one.sums for one in chosen.stored.values())]),
        books=books | {fire_id: counted for fire_id, (counted, _) in counted_live.items()},
        as_of=min([now, *(chosen.stored[one].at for one in chosen.stored if not found[one].is_true(now))]),
        unsummed=chosen.unsummed,
    )


def _sort(fires: Sequence[Fire], found: dict[str, StoredSums], now: datetime) -> _Sorted:
    """Of those that are over; the newest of those that have changed are counted."""
    newest = sorted(fires, key=lambda fire: fire.fired_at, reverse=True)
    stored = {one.id: found[one.id].counted for one in newest if one.id in found}
    kept = {fire_id: counted for fire_id, counted in stored.items() if counted is not None}
    changed = [fire_id for fire_id in kept if not found[fire_id].is_true(now)][:MOST_CHANGED]
    uncounted = (one.id for one in newest if one.id not in kept)
    return _Sorted(
        stored={fire_id: counted for fire_id, counted in kept.items() if fire_id not in set(changed)},
        counted=(*changed, *uncounted),
        unsummed=tuple(one.id for one in newest if one.id not in found),
    )


async def _count_live(
    runtime: Runtime, company_id: str, fires: Iterable[Fire]
) -> dict[str, tuple[CountedFire, FireSums | None]]:
    """The books of what goes on, and the sums of what is small: all of a small fire is read once for both."""
    gate = asyncio.Semaphore(OPEN_AT_ONCE)

    async def count(fire: Fire) -> tuple[CountedFire, FireSums | None]:
        async with gate:
            small = await read_small(runtime, company_id, fire, TALLIED)
            if small is None:
                return await count_fire(runtime, company_id, fire), None
            return await count_fire(runtime, company_id, fire, small.outcomes), small.sums

    found = list(fires)
    return dict(zip((one.id for one in found), await asyncio.gather(*map(count, found)), strict=True))


async def _count_groups(runtime: Runtime, company_id: str, fire_ids: Sequence[str]) -> list[FireSums]:
    """One group after the other, as each asks some fifty questions at once."""
    starts = range(0, len(fire_ids), VALUES_PER_QUERY)
    groups: list[Fires] = [tuple(fire_ids[at : at + VALUES_PER_QUERY]) for at in starts]
    tallied = max(100, TALLIED // max(1, len(groups)))
    return [await sum_fires(runtime, company_id, group, tallied) for group in groups]


async def _books(
    runtime: Runtime,
    company_id: str,
    fires: Iterable[Fire],
    kept: dict[str, FireProgress],
    stored: dict[str, CountedSums],
) -> dict[str, FireProgress | CountedFire]:
    """As the summary of a closed fire has them; what has none as they were counted with its sums, or now."""
    gate = asyncio.Semaphore(OPEN_AT_ONCE)

    async def books(fire: Fire) -> FireProgress | CountedFire:
        if (progress := kept.get(fire.id)) is not None:
            return progress
        if (counted := stored.get(fire.id)) is not None:
            return CountedFire(fire=fire, steps=counted.steps, is_queued=True)
        async with gate:
            return await count_fire(runtime, company_id, fire)

    found = list(fires)
    return dict(zip((one.id for one in found), await asyncio.gather(*map(books, found)), strict=True))
