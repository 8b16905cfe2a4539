"""One person: a contact, or somebody who is only known by an address, and what is found of them."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from msgspec import Struct

from shared.domain.channels.address_search import FoundAddress
from shared.domain.contacts.contact import Contact
from shared.domain.contacts.opt_out import OptOut
from shared.domain.errors import NotFound
from shared.firestore.contact_shards import pairs_in
from shared.firestore.kit.query import Match
from shared.firestore.queries.lists import CONTACT_CHANGES
from shared.runtime import Runtime
from shared.views.contacts import find_contacts
from shared.views.kit.addresses import find_address
from shared.views.refusals import read_refusals_at

ALTERNATIVES = (
    30  # of one query: https://firebase.google.com/docs/firestore/query-data/queries#limits_on_or_queries
)


class OnePerson(Struct, frozen=True, kw_only=True):
    """Who is asked about: `addresses` are theirs, `others` the contacts who share one of them.

    What carries the id of one of the others is not this person's, though it went to the same address.
    `contact` is None for who is no contact, or where several contacts have the address, of whom `sharing` are
    the names. A deleted contact is as it last was.
    """

    contact: Contact | None
    addresses: tuple[FoundAddress, ...]
    others: tuple[Contact, ...] = ()
    sharing: tuple[str, ...] = ()

    @property
    def keys(self) -> frozenset[str]:
        """What messages to the addresses are found by."""
        return frozenset(one.key for one in self.addresses)

    @property
    def ids(self) -> tuple[str, ...]:
        """The contact's, and those of contacts that were merged into it."""
        return (self.contact.id, *self.contact.merged_ids) if self.contact else ()

    def is_theirs(self, contact_id: str | None) -> bool:
        """Whether what carries this contact's id, or none, may be the person's."""
        return contact_id is None or contact_id not in {one.id for one in self.others}

    def message_matches(self) -> Iterator[tuple[Match, ...]]:
        """What messages match that are the person's: a query for each, as there are many to search."""
        return ((one,) for one in (*(Match("contact_id", one) for one in self.ids), *self._by_address()))

    def reply_matches(self) -> Iterator[tuple[Match, ...]]:
        """What replies match that came from one of the addresses."""
        return _several(self._by_address())

    def failure_matches(self) -> Iterator[tuple[Match, ...]]:
        """What failures match that are the person's, or whose row holds one of the addresses."""
        own = [Match("contact_id", one) for one in self.ids]
        return _several(
            [*own, *(Match("addresses", trace) for one in self.addresses for trace in one.traces)]
        )

    def _by_address(self) -> list[Match]:
        # Not by the address too, which would be a search more for each. What was stored before there were
        # keys has got them by `apply-retention`.
        return [Match("address_key", one) for one in sorted(self.keys)]


class ContactThen(Struct, frozen=True):
    """A contact as it was at a time, and whether it was changed since. None: there was no such contact."""

    contact: Contact | None
    has_changed: bool = False


async def get_person(runtime: Runtime, company_id: str, contact_id: str) -> OnePerson:
    """The contact, or what it was when it was deleted. Raises NotFound."""
    found = await runtime.stores.contact_shards.contacts(company_id, [contact_id])
    contact = found.get(contact_id) or await _deleted(runtime, company_id, contact_id)
    addresses = [FoundAddress(one.channel.record.address, one.address) for one in contact.addresses]
    keys = {one.key for one in addresses}
    sharing = await find_contacts(runtime, company_id, keys) if keys else {}
    others = {one.id: one for theirs in sharing.values() for one in theirs if one.id != contact_id}
    return OnePerson(
        contact=contact, addresses=tuple(dict.fromkeys(addresses)), others=tuple(others.values())
    )


async def find_person(runtime: Runtime, company_id: str, address: str) -> OnePerson:
    """Who has the address, in any spelling: the contact, if just one has it. Raises InvalidInput."""
    found = await find_address(runtime, company_id, address)
    sharing = await find_contacts(runtime, company_id, {one.key for one in found})
    contacts = {one.id: one for theirs in sharing.values() for one in theirs}
    if len(contacts) == 1:
        return await get_person(runtime, company_id, next(iter(contacts)))
    return OnePerson(
        contact=None, addresses=found, sharing=tuple(one.name or one.id for one in contacts.values())
    )


async def read_opt_outs(runtime: Runtime, company_id: str, person: OnePerson) -> dict[str, OptOut]:
    """The person's refusals by id, ended ones too, of all messages or of a single topic or sender."""
    return await read_refusals_at(runtime, company_id, person.addresses)


async def contact_at(runtime: Runtime, company_id: str, contact: Contact, at: datetime) -> ContactThen:
    """The contact as it was then, by its changes. One whose changes are no longer kept is as it is now."""
    changes, match = runtime.stores.contact_changes, ((Match("contact_ids", contact.id),),)
    then = at + timedelta(microseconds=1)  # a change of that very moment came before what is asked about
    until = await changes.newest(company_id, CONTACT_CHANGES, limit=1, matches=match, until=then)
    since = await changes.newest(company_id, CONTACT_CHANGES, limit=1, matches=match, since=then)
    before = [pair for change in until for pair in pairs_in(change) if pair.contact_id == contact.id]
    if before:
        return ContactThen(before[0].after, has_changed=bool(since))
    if contact.created_at > at:
        return ContactThen(None)
    return ContactThen(contact, has_changed=bool(since))


async def _deleted(runtime: Runtime, company_id: str, contact_id: str) -> Contact:
    """What the contact was before it was deleted. Raises NotFound."""
    match = ((Match("contact_ids", contact_id),),)
    last = await runtime.stores.contact_changes.newest(company_id, CONTACT_CHANGES, limit=1, matches=match)
    pairs = [pair for change in last for pair in pairs_in(change) if pair.contact_id == contact_id]
    known = pairs[0].before or pairs[0].after if pairs else None
    if known is None:
        raise NotFound("contact", contact_id)
    return known


def _several(matches: list[Match]) -> Iterator[tuple[Match, ...]]:
    return (tuple(matches[at : at + ALTERNATIVES]) for at in range(0, len(matches), ALTERNATIVES))
