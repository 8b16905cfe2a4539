"""Segments: who meets their criteria now, how many they are, and some of them."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from itertools import chain, islice

from msgspec import Struct

from shared.domain.contacts.contact import Contact
from shared.domain.contacts.contact_field import MOST_FIELDS, ContactField, FieldKind
from shared.domain.contacts.judge_contact import Judge, asks_consent, judge_of
from shared.domain.contacts.segment import Criterion, Segment
from shared.firestore.contact_shards import ContactShard, contacts_in
from shared.firestore.queries.lists import SEGMENTS
from shared.runtime import Runtime
from shared.views.activity import read_tallies
from shared.views.kit.paging import Page, PageAsked, page_of
from shared.views.refusals import Refusals

SAMPLE = 10
CONTACTS_AT_ONCE = 4_000  # of shards that are judged together: a hop to the thread and back takes its time


class SegmentCount(Struct, frozen=True, kw_only=True):
    """How many of so many contacts meet the criteria, and the first of them."""

    count: int
    among: int
    sample: tuple[Contact, ...]


async def list_segments(
    runtime: Runtime, company_id: str, asked: PageAsked, *, name: str | None = None
) -> Page[Segment]:
    """The company's segments, newest first."""
    return await page_of(runtime.stores.segments, company_id, asked, SEGMENTS, name=name)


async def get_segment(runtime: Runtime, company_id: str, segment_id: str) -> Segment:
    """One segment. Raises NotFound."""
    return await runtime.stores.segments.get(company_id, segment_id)


async def count_segment(runtime: Runtime, company_id: str, criterion: Criterion) -> SegmentCount:
    """Judge every contact, a shard at a time."""
    now = runtime.now()
    company, kinds, tallies = await asyncio.gather(
        runtime.stores.companies.get(company_id),
        read_kinds(runtime, company_id),
        read_tallies(runtime, company_id, [criterion], now),
    )
    judge = judge_of(criterion, kinds, now, company.time_zone, tallies)
    refusals = Refusals(runtime, company_id, is_needed=asks_consent(criterion))
    count = total = 0
    sample: list[Contact] = []
    async for shards in shards_together(runtime, company_id):
        found = await _meeting(shards, judge, refusals)
        count, total = count + len(found), total + sum(shard.contact_count for shard in shards)
        sample += islice(found, SAMPLE - len(sample))
    return SegmentCount(count=count, among=total, sample=tuple(sample))


async def shards_together(runtime: Runtime, company_id: str) -> AsyncIterator[Sequence[ContactShard]]:
    """All shards, in order, some at a time: as many as have so many contacts, or one."""
    shards: list[ContactShard] = []
    async for shard in runtime.stores.contact_shards.scan(company_id, is_whole=True):
        if shards and sum(one.contact_count for one in (*shards, shard)) > CONTACTS_AT_ONCE:
            yield shards
            shards = []
        shards.append(shard)
    if shards:
        yield shards


async def _meeting(shards: Sequence[ContactShard], judge: Judge, refusals: Refusals) -> list[Contact]:
    """Those of some shards who meet the criteria, judged beside the loop, which others use."""
    contacts = await asyncio.to_thread(lambda: list(chain.from_iterable(map(contacts_in, shards))))
    opt_outs = await refusals.of(contacts)
    return await asyncio.to_thread(lambda: [one for one in contacts if judge(one, opt_outs)])


async def read_fields(runtime: Runtime, company_id: str) -> dict[str, ContactField]:
    """The company's own fields, by their ids."""
    page = await runtime.stores.contact_fields.page(company_id, limit=MOST_FIELDS)
    return {one.id: one for one in page.items}


async def read_kinds(runtime: Runtime, company_id: str) -> dict[str, FieldKind]:
    """What the company's own fields hold, by their ids."""
    return {one.id: one.kind for one in (await read_fields(runtime, company_id)).values()}
