"""Gather an audience of people: who they are now is stored as the rows of a file, which change no more.

Contacts are read once, a shard at a time. What stays in memory is, for each address that a file or a pasted
list brings, who has it.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Iterable
from datetime import datetime

from msgspec import Struct, field

from shared import faults
from shared.domain.campaigns.audience import Chosen, PeopleAudience, PeoplePart, SegmentMembers
from shared.domain.channels.address_kinds import AddressKind
from shared.domain.companies.company import Company
from shared.domain.contacts.contact import Contact
from shared.domain.contacts.contact_source import address_keys, values_of
from shared.domain.contacts.segment import Criterion
from shared.domain.errors import Conflict
from shared.domain.files.file import Row
from shared.domain.files.row_chunk import ROWS_PER_CHUNK
from shared.domain.files.source import PERSON, Source
from shared.domain.fires.gathering import (
    Gathering,
    GatheringFacts,
    contact_meant,
    values_of_brought,
)
from shared.firestore.contact_shards import contacts_in
from shared.firestore.row_chunks import chunk_of
from shared.runtime import Runtime
from shared.usecases.campaigns.find_source import sources_of_rows
from shared.usecases.campaigns.open_confirmed import open_confirmed
from shared.usecases.campaigns.read_brought import Brought, read_brought
from shared.views.activity import read_tallies
from shared.views.refusals import Refusals
from shared.views.segments import read_fields


class _Known(Struct, kw_only=True):
    """Of the addresses that are brought: whom they reach; which of these are in the audience, or kept out."""

    contacts: dict[str, list[Contact]] = field(default_factory=lambda: defaultdict(list))
    taken: set[str] = field(default_factory=set)
    excluded: set[str] = field(default_factory=set)


async def store_people(
    runtime: Runtime,
    company_id: str,
    audience: PeopleAudience,
    kinds: Collection[AddressKind],
    file_id: str,
    now: datetime,
) -> PeoplePart:
    """Store everybody who is in the audience `now` as rows under `file_id`; done again, they are replaced.

    `kinds` are those of the addresses that the campaign sends to. A person who comes in several ways is there
    once. Raises Conflict when a segment or a file that it names is gone.
    """
    company = await runtime.stores.companies.get(company_id)
    gatherer = _Gatherer(runtime, company, audience, kinds, file_id, now)
    await gatherer.open()
    await gatherer.gather_contacts()
    await gatherer.gather_brought()
    return await gatherer.close()


class _Gatherer:
    def __init__(
        self,
        runtime: Runtime,
        company: Company,
        audience: PeopleAudience,
        kinds: Collection[AddressKind],
        file_id: str,
        now: datetime,
    ) -> None:
        self._runtime, self._company, self._audience = runtime, company, audience
        self._kinds, self._file_id, self._now = kinds, file_id, now
        self._known = _Known()
        self._rows: list[Row] = []
        self._chunks = self._count = 0
        self._sources: dict[str, Source] = {}
        self._fields: tuple[str, ...] = ()
        self._seen: set[str] = set()
        self._came: set[str] = set()  # addresses by which somebody came

    async def open(self) -> None:
        """Read all that says who is in."""
        runtime, company_id = self._runtime, self._company.id
        fields = await read_fields(runtime, company_id)
        self._fields = tuple(fields)
        self._sources = await sources_of_rows(runtime, company_id, self._audience)
        excluded = [await self._keys_of([chosen]) for chosen in self._audience.exclude]
        criteria = await self._criteria()
        facts = GatheringFacts(
            criteria=criteria,
            kinds={one.id: one.kind for one in fields.values()},
            now=self._now,
            time_zone=self._company.time_zone,
            excluded=dict(enumerate(excluded)),
            tallies=await read_tallies(runtime, company_id, criteria.values(), self._now),
        )
        self._gathering = Gathering(self._audience, facts)
        self._confirmed = await open_confirmed(runtime, self._company, self._kinds)
        needs = self._gathering.asks_consent
        self._refusals = Refusals(runtime, company_id, is_needed=needs)
        self._wanted = await self._keys_of(self._audience.include)

    async def gather_contacts(self) -> None:
        """Everybody whom a list, a segment or a hand picked; and who has the addresses that are brought."""
        async for shard in self._runtime.stores.contact_shards.scan(self._company.id):
            contacts = contacts_in(shard)
            opt_outs = await self._refusals.of(contacts)
            seen = await self._confirmed.seen(contacts)
            for contact in contacts:
                is_excluded = self._gathering.excluded_by(contact, opt_outs) is not None
                is_taken = (
                    not is_excluded
                    and self._gathering.included_by(seen.get(contact.id, contact), opt_outs) is not None
                )
                self._note(contact, is_taken=is_taken, is_excluded=is_excluded)
                if is_taken:
                    await self._add(values_of(contact, self._fields), contact.time_zone)

    async def gather_brought(self) -> None:
        """Everybody who comes by an address, but for those who are in already or kept out.

        Those with a name come first, and a part is read again for those without: whom no contact is known of
        is whoever came by the address, in whatever order the parts stand.
        """
        nameless: list[Chosen] = []
        for chosen in self._audience.include:
            has_nameless = False
            async for one in self._brought([chosen]):
                has_nameless |= not one.name
                if one.name:
                    await self._take(one)
            nameless += [chosen] if has_nameless else []
        async for one in self._brought(nameless):
            if not one.name:
                await self._take(one)

    async def _take(self, one: Brought) -> None:
        if self._gathering.excludes(one.keys):
            return
        people = {each.id: each for key in one.keys for each in self._known.contacts.get(key, ())}
        contact = contact_meant(one.name, tuple(people.values()))
        is_somebodys = contact is None and not one.name and not self._came.isdisjoint(one.keys)
        if is_somebodys or self._is_in_or_out(one, contact):
            return
        values = values_of_brought(one.keys[0], one.name, one.values, contact, self._fields)
        if values[PERSON] not in self._seen:
            self._seen.add(values[PERSON])
            self._came.update(one.keys)
            await self._add(values, one.time_zone)

    def _is_in_or_out(self, one: Brought, contact: Contact | None) -> bool:
        """Whether the person is in the audience as a contact, or kept out as one.

        Of an address without a name that is whoever has it.
        """
        known = self._known
        if contact is not None:
            return contact.id in known.taken or contact.id in known.excluded
        if one.name:
            return False
        return any(each.id in known.taken for key in one.keys for each in known.contacts.get(key, ()))

    async def close(self) -> PeoplePart:
        """What was stored."""
        await self._flush()
        return PeoplePart(file_id=self._file_id, recipient_count=self._count, chunk_count=self._chunks)

    def _note(self, contact: Contact, *, is_taken: bool, is_excluded: bool) -> None:
        keys = address_keys(contact) & self._wanted
        for key in keys:
            self._known.contacts[key].append(contact)
        if keys and is_taken:
            self._known.taken.add(contact.id)
        if keys and is_excluded:
            self._known.excluded.add(contact.id)

    async def _brought(self, chosen: Iterable[Chosen]) -> AsyncIterator[Brought]:
        for one in chosen:
            people = read_brought(
                self._runtime, self._company.id, self._company, one, self._sources, self._kinds, self._now
            )
            async for brought in people:
                yield brought

    async def _keys_of(self, chosen: Iterable[Chosen]) -> set[str]:
        return {key async for one in self._brought(chosen) for key in one.keys}

    async def _criteria(self) -> dict[str, Criterion]:
        wanted = {one.segment_id for one in self._audience.chosen() if isinstance(one, SegmentMembers)}
        found = await self._runtime.stores.segments.find_many(self._company.id, wanted)
        if gone := wanted - found.keys():
            raise Conflict(f"The segment {min(gone)} was deleted. Take it out of the campaign's audience.")
        return {segment.id: segment.criterion for segment in found.values()}

    async def _add(self, values: dict[str, str], time_zone: str) -> None:
        self._count += 1
        self._rows.append(Row(number=self._count, values=values, time_zone=time_zone))
        if len(self._rows) == ROWS_PER_CHUNK:
            await self._flush()

    async def _flush(self) -> None:
        if not self._rows:
            return
        before = self._count - len(self._rows)
        chunk = chunk_of(self._file_id, self._chunks, before, self._rows)
        with faults.step("store_people"):
            await self._runtime.stores.row_chunks.save(self._company.id, chunk.id, chunk)
        self._chunks += 1
        self._rows = []
