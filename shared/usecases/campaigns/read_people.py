"""Read who is in an audience of people now: contacts by lists, segments and hand, and others by an address.

Contacts are read once, a shard at a time. What stays in memory is, for each address that a file or a pasted
list brings, who has it.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable
from datetime import datetime

from msgspec import Struct, field

from shared.domain.campaigns.audience import Chosen, PeopleAudience, SegmentMembers
from shared.domain.channels.address_kinds import AddressKind
from shared.domain.companies.company import Company
from shared.domain.contacts.contact import Contact
from shared.domain.contacts.contact_source import address_keys, values_of
from shared.domain.contacts.segment import Criterion
from shared.domain.errors import Conflict
from shared.domain.files.source import PERSON, Source
from shared.domain.fires.gathering import (
    Gathering,
    GatheringFacts,
    contact_meant,
    values_of_brought,
)
from shared.firestore.contact_shards import contacts_in
from shared.runtime import Runtime
from shared.usecases.campaigns.find_source import sources_of_rows
from shared.usecases.campaigns.open_confirmed import open_confirmed
from shared.usecases.campaigns.read_brought import Brought, read_brought
from shared.views.activity import read_tallies
from shared.views.refusals import Refusals
from shared.views.segments import read_fields

Keep = Callable[[dict[str, str], str], Awaitable[None]]


class PeopleCount(Struct, frozen=True, kw_only=True):
    """How many people are in an audience, each once, and how many only its `exclude` keeps out."""

    count: int
    left_out: int


class _Known(Struct, kw_only=True):
    """Of the addresses that are brought: whom they reach; which of these are in the audience, or kept out."""

    contacts: dict[str, list[Contact]] = field(default_factory=lambda: defaultdict(list))
    taken: set[str] = field(default_factory=set)
    excluded: set[str] = field(default_factory=set)


async def read_people(
    runtime: Runtime,
    company_id: str,
    audience: PeopleAudience,
    kinds: Collection[AddressKind],
    now: datetime,
    keep: Keep | None = None,
) -> PeopleCount:
    """Count everybody who is in the audience `now`; `keep` is given each one's values and time zone.

    `kinds` are those of the addresses that the campaign sends to. A person who comes in several ways is there
    once. Raises Conflict when a segment or a file that it names is gone.
    """
    company = await runtime.stores.companies.get(company_id)
    gatherer = _Gatherer(runtime, company, audience, kinds, now, keep)
    await gatherer.open()
    await gatherer.gather_contacts()
    await gatherer.gather_brought()
    return PeopleCount(count=gatherer.count, left_out=gatherer.left_out)


class _Gatherer:
    def __init__(
        self,
        runtime: Runtime,
        company: Company,
        audience: PeopleAudience,
        kinds: Collection[AddressKind],
        now: datetime,
        keep: Keep | None,
    ) -> None:
        self._runtime, self._company, self._audience = runtime, company, audience
        self._kinds, self._now, self._keep = kinds, now, keep
        self._known = _Known()
        self.count = 0
        self._left_out: set[str] = set()  # contacts, and who came by an address
        self._sources: dict[str, Source] = {}
        self._fields: tuple[str, ...] = ()
        self._seen: set[str] = set()
        self._came: set[str] = set()  # addresses by which somebody came

    @property
    def left_out(self) -> int:
        """How many are kept out who would be in."""
        return len(self._left_out)

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
        async for shard in self._runtime.stores.contact_shards.scan(self._company.id, is_whole=True):
            contacts = contacts_in(shard)
            opt_outs = await self._refusals.of(contacts)
            seen = await self._confirmed.seen(contacts)
            for contact in contacts:
                is_excluded = self._gathering.excluded_by(contact, opt_outs) is not None
                known = seen.get(contact.id, contact)
                is_named = self._gathering.included_by(known, opt_outs) is not None
                is_taken = is_named and not is_excluded
                self._note(contact, is_taken=is_taken, is_excluded=is_excluded)
                self.count += is_taken
                if is_named and is_excluded:
                    self._left_out.add(contact.id)
                if is_taken and self._keep is not None:
                    await self._keep(values_of(contact, self._fields), contact.time_zone)

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
        people = {each.id: each for key in one.keys for each in self._known.contacts.get(key, ())}
        contact = contact_meant(one.name, tuple(people.values()))
        is_kept_out = contact is not None and contact.id in self._known.excluded
        if is_kept_out or self._gathering.excludes(one.keys):
            self._leave_out(one, contact, people)
            return
        is_somebodys = contact is None and not one.name and not self._came.isdisjoint(one.keys)
        if is_somebodys or self._is_in(one, contact):
            return
        values = values_of_brought(one.keys[0], one.name, one.values, contact, self._fields)
        if values[PERSON] not in self._seen:
            self._seen.add(values[PERSON])
            self._came.update(one.keys)
            self.count += 1
            if self._keep is not None:
                await self._keep(values, one.time_zone)

    def _leave_out(self, one: Brought, contact: Contact | None, people: Collection[str]) -> None:
        """Note whom only `exclude` keeps out, once. Of an address without a name that is whoever has it."""
        theirs = {contact.id} if contact else set() if one.name else set(people)
        if self._left_out.isdisjoint(theirs):
            self._left_out.add(contact.id if contact else f"{one.keys[0]} {one.name}")

    def _is_in(self, one: Brought, contact: Contact | None) -> bool:
        """Whether the person is in the audience as a contact.

        Of an address without a name that is whoever has it.
        """
        known = self._known
        if contact is not None:
            return contact.id in known.taken
        if one.name:
            return False
        return any(each.id in known.taken for key in one.keys for each in known.contacts.get(key, ()))

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
