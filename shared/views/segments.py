"""Segments: who meets their criteria now, how many they are, and some of them."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from shared.domain.contacts.contact import Contact
from shared.domain.contacts.contact_field import MOST_FIELDS, ContactField, FieldKind
from shared.domain.contacts.judge_contact import Judge, asks_consent, judge_of
from shared.domain.contacts.opt_out import OptOut, opt_out_ids
from shared.domain.contacts.segment import Criterion, Segment
from shared.firestore.contact_shards import ContactShard, contacts_in
from shared.firestore.queries.lists import SEGMENTS
from shared.runtime import Runtime
from shared.views.kit.paging import Page, PageAsked, page_of

SAMPLE = 10
REFUSALS_A_READ = 1_000
MOST_REFUSALS = 20_000  # of a company, that are read at once; of more, those of each shard's contacts are


@dataclass(frozen=True, kw_only=True, slots=True)
class SegmentCount:
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
    company = await runtime.stores.companies.get(company_id)
    kinds = await read_kinds(runtime, company_id)
    judge = judge_of(criterion, kinds, runtime.now(), company.time_zone)
    refusals = Refusals(runtime, company_id, is_needed=asks_consent(criterion))
    count = total = 0
    sample: list[Contact] = []
    async for shard in runtime.stores.contact_shards.scan(company_id):
        found = await _meeting(shard, judge, refusals)
        count, total = count + len(found), total + shard.contact_count
        sample += islice(found, SAMPLE - len(sample))
    return SegmentCount(count=count, among=total, sample=tuple(sample))


async def _meeting(shard: ContactShard, judge: Judge, refusals: "Refusals") -> list[Contact]:
    """Those of a shard who meet the criteria, judged beside the loop, which others use."""
    contacts = await asyncio.to_thread(contacts_in, shard)
    opt_outs = await refusals.of(contacts)
    return await asyncio.to_thread(lambda: [one for one in contacts if judge(one, opt_outs)])


class Refusals:
    """The opt-outs of contacts, ended ones too, to judge consent by; none where it is not asked for."""

    def __init__(self, runtime: Runtime, company_id: str, *, is_needed: bool) -> None:
        self._runtime, self._company_id = runtime, company_id
        self._is_needed = is_needed
        self._all: dict[str, OptOut] | None = None
        self._is_read = False

    async def of(self, contacts: Sequence[Contact]) -> dict[str, OptOut]:
        """By id, at least those of these contacts."""
        if not self._is_needed:
            return {}
        if not self._is_read:
            self._all, self._is_read = await self._read_all(), True
        if self._all is not None:
            return self._all
        ids = {
            item_id
            for contact in contacts
            for one in contact.addresses
            for item_id in opt_out_ids(one.channel, one.address)
        }
        return await self._runtime.stores.opt_outs.find_many(self._company_id, ids)

    async def _read_all(self) -> dict[str, OptOut] | None:
        """All that the company has; None when they are too many to be held."""
        found: dict[str, OptOut] = {}
        after: str | None = None
        while len(found) < MOST_REFUSALS:
            page = await self._runtime.stores.opt_outs.page(
                self._company_id, limit=REFUSALS_A_READ, after=after
            )
            found |= {one.id: one for one in page.items}
            after = page.next_after
            if after is None:
                return found
        return None


async def read_fields(runtime: Runtime, company_id: str) -> dict[str, ContactField]:
    """The company's own fields, by their ids."""
    page = await runtime.stores.contact_fields.page(company_id, limit=MOST_FIELDS)
    return {one.id: one for one in page.items}


async def read_kinds(runtime: Runtime, company_id: str) -> dict[str, FieldKind]:
    """What the company's own fields hold, by their ids."""
    return {one.id: one.kind for one in (await read_fields(runtime, company_id)).values()}
