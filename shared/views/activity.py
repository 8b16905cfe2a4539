"""What became of messages to people, tallied for the segments that ask for it."""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from shared.domain.contacts.activity import (
    KEPT,
    NOTHING,
    Tallies,
    Trace,
    by_shard_of,
    together,
    traces_are_of,
)
from shared.domain.contacts.contact import Contact
from shared.domain.contacts.contact_keys import by_shard
from shared.domain.contacts.judge_contact import activities_in
from shared.domain.contacts.segment import Criterion, HasActivity
from shared.firestore.activity import ActivityNote, ActivityShard, traces_in
from shared.runtime import Runtime

NOTES_A_READ = 300


async def read_tallies(
    runtime: Runtime, company_id: str, criteria: Iterable[Criterion], now: datetime
) -> Tallies:
    """What the criteria ask of all contacts' activity until `now`; nothing is read where they ask nothing.

    Shards of traces are read one after the other, and of each only numbers are kept.
    """
    asked = _asked(criteria)
    if not asked:
        return NOTHING
    tallies, waiting = Tallies(asked, now), await _waiting(runtime, company_id)
    async for shard in runtime.stores.activity_shards.scan(company_id):
        number = int(shard.id)
        tallies.tally(number, await asyncio.to_thread(_every, shard, waiting.pop(number, []), now))
    for number, told in waiting.items():
        tallies.tally(number, together(told, now - KEPT))
    return tallies


async def read_tallies_of(
    runtime: Runtime,
    company_id: str,
    criteria: Iterable[Criterion],
    contacts: Iterable[Contact],
    now: datetime,
) -> Tallies:
    """The same of these contacts alone."""
    asked = _asked(criteria)
    if not asked:
        return NOTHING
    tallies, waiting = Tallies(asked, now), await _waiting(runtime, company_id)
    for number in by_shard({who for contact in contacts for who in traces_are_of(contact)}):
        stored = await runtime.stores.activity_shards.in_shard(company_id, number)
        tallies.tally(number, together([*stored, *waiting.get(number, ())], now - KEPT))
    return tallies


def _every(shard: ActivityShard, told: Sequence[Trace], now: datetime) -> list[Trace]:
    """All traces of a shard. Those that it holds are put together already; nobody asks for older ones."""
    stored = traces_in(shard)
    return together([*stored, *told], now - KEPT) if told else stored


def _asked(criteria: Iterable[Criterion]) -> Sequence[HasActivity]:
    return [one for criterion in criteria for one in activities_in(criterion)]


async def _waiting(runtime: Runtime, company_id: str) -> dict[int, list[Trace]]:
    """What was told and is in no shard yet, by its shard. It is some minutes' work at most."""
    notes: list[ActivityNote] = []
    after: str | None = None
    while True:
        page = await runtime.stores.activity_notes.page(company_id, limit=NOTES_A_READ, after=after)
        notes += page.items
        after = page.next_after
        if after is None:
            return by_shard_of(_traces(notes))


def _traces(notes: Iterable[ActivityNote]) -> Iterator[Trace]:
    return (trace for note in notes for trace in traces_in(note))
