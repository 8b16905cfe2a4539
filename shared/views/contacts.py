"""Contacts: what is known of a person, and who shares an address with them."""

from collections.abc import Iterable, Sequence

from msgspec import Struct

from shared.domain.channels.channel import Channel
from shared.domain.contacts.contact import Contact, ContactAddress, tag_of
from shared.domain.contacts.contact_keys import external_key, keys_of, shard_id, shard_of
from shared.domain.contacts.opt_out import OptOut, opt_out_ids
from shared.domain.contacts.standing import Standing, standing_of
from shared.domain.errors import NotFound
from shared.firestore.contact_shards import contacts_in, with_key
from shared.runtime import Runtime
from shared.views.kit.addresses import find_address
from shared.views.kit.paging import Page, PageAsked

LOOKED_AT = 20_000  # contacts that are looked through for one page
_END = "~"  # comes after every contact id


class HouseholdMember(Struct, frozen=True):
    """Another contact with the same address."""

    contact_id: str
    name: str
    channel: Channel
    address: str


class KnownContact(Struct, frozen=True, kw_only=True):
    """A contact with what holds for each of its addresses, in their order."""

    contact: Contact
    standings: tuple[Standing, ...]
    household: tuple[HouseholdMember, ...] = ()

    @property
    def id(self) -> str:
        """The contact's."""
        return self.contact.id


async def list_contacts(
    runtime: Runtime,
    company_id: str,
    asked: PageAsked,
    *,
    name: str | None = None,
    address: str | None = None,
    key: str | None = None,
    tag: str | None = None,
    list_id: str | None = None,
) -> Page[KnownContact]:
    """Contacts that match every filter given, in an order of their own that stays.

    `name` is a part of the name, `address` in any spelling. A page of a search may hold fewer than asked for:
    it ends where enough was looked through. Raises InvalidInput for an address that is none.
    """
    wanted = _Wanted(name and name.casefold(), tag and tag_of(tag), list_id)
    if address is None and key is None:
        found, following = await _searched(runtime, company_id, asked, wanted)
        return Page(await know_contacts(runtime, company_id, found), following)
    every = await _found_by(runtime, company_id, wanted, address, key)
    matching = [one for one in every if _place(one) > (asked.after or "")]
    found = matching[: asked.limit]
    following = _place(found[-1]) if len(matching) > len(found) else None
    return Page(await know_contacts(runtime, company_id, found), following)


async def every_contact(
    runtime: Runtime,
    company_id: str,
    *,
    most: int,
    name: str | None = None,
    address: str | None = None,
    key: str | None = None,
    tag: str | None = None,
    list_id: str | None = None,
) -> list[Contact]:
    """All contacts that match every filter given, as in list_contacts; of more than `most`, some more.

    What holds for their addresses is not read. Raises InvalidInput for an address that is none.
    """
    wanted = _Wanted(name and name.casefold(), tag and tag_of(tag), list_id)
    if address is not None or key is not None:
        return await _found_by(runtime, company_id, wanted, address, key)
    found: list[Contact] = []
    async for shard in runtime.stores.contact_shards.scan(company_id, is_whole=True):
        found += filter(wanted.takes, contacts_in(shard))
        if len(found) > most:
            break
    return found


async def get_contact(runtime: Runtime, company_id: str, contact_id: str) -> KnownContact:
    """One contact, with who shares an address. Raises NotFound."""
    contact = (await runtime.stores.contact_shards.contacts(company_id, [contact_id])).get(contact_id)
    if contact is None:
        raise NotFound("contact", contact_id)
    [known] = await know_contacts(runtime, company_id, [contact])
    household = await _household(runtime, company_id, contact)
    return KnownContact(contact=contact, standings=known.standings, household=household)


async def find_contacts(runtime: Runtime, company_id: str, keys: Iterable[str]) -> dict[str, list[Contact]]:
    """By key (see contact_keys), the contacts that have it now, the oldest first; no key of none."""
    wanted = set(keys)
    hints = await runtime.stores.contact_keys.ids_with(company_id, wanted)
    ids = {contact_id for theirs in hints.values() for contact_id in theirs}
    contacts = await runtime.stores.contact_shards.contacts(company_id, ids)
    return with_key(contacts.values(), wanted)


class _Wanted(Struct, frozen=True):
    """What a contact must have."""

    name: str | None
    tag: str | None
    list_id: str | None

    def takes(self, contact: Contact) -> bool:
        """Whether it has all that."""
        return (
            (self.name is None or self.name in contact.name.casefold())
            and (self.tag is None or self.tag in contact.tags)
            and (self.list_id is None or self.list_id in contact.list_ids)
        )


def _place(contact: Contact) -> str:
    """Where it stands among all contacts."""
    return f"{shard_id(shard_of(contact.id))}.{contact.id}"


async def _found_by(
    runtime: Runtime, company_id: str, wanted: _Wanted, address: str | None, key: str | None
) -> list[Contact]:
    """Those with the address and the key that are wanted too, in their order. Raises InvalidInput."""
    keys = {external_key(key)} if key is not None else set()
    kinds = await find_address(runtime, company_id, address) if address is not None else ()
    groups = [keys, {one.key for one in kinds}]
    contacts = await find_contacts(runtime, company_id, set().union(*groups))
    every = {one.id: one for theirs in contacts.values() for one in theirs}
    return [
        one
        for one in sorted(every.values(), key=_place)
        if all(not group or group & keys_of(one) for group in groups) and wanted.takes(one)
    ]


async def _searched(
    runtime: Runtime, company_id: str, asked: PageAsked, wanted: _Wanted
) -> tuple[list[Contact], str | None]:
    """The contacts of a page, and where the next one begins."""
    first, _, after = (asked.after or "").partition(".")
    found: list[Contact] = []
    looked_at = 0
    async for shard in runtime.stores.contact_shards.scan(company_id, int(first or 0)):
        for contact in contacts_in(shard):
            if (shard.id == first and contact.id <= after) or not wanted.takes(contact):
                continue
            if len(found) == asked.limit:
                return found, _place(found[-1])
            found.append(contact)
        looked_at += shard.contact_count
        if looked_at >= LOOKED_AT:
            return found, f"{shard.id}.{_END}"
    return found, None


async def know_contacts(runtime: Runtime, company_id: str, contacts: Sequence[Contact]) -> list[KnownContact]:
    """The contacts with what holds for their addresses."""
    addresses = [address for contact in contacts for address in contact.addresses]
    opt_outs = await _opt_outs(runtime, company_id, addresses)
    return [
        KnownContact(
            contact=one, standings=tuple(standing_of(address, opt_outs) for address in one.addresses)
        )
        for one in contacts
    ]


async def _opt_outs(
    runtime: Runtime, company_id: str, addresses: Sequence[ContactAddress]
) -> dict[str, OptOut]:
    ids = {item_id for one in addresses for item_id in opt_out_ids(one.channel, one.address)}
    return await runtime.stores.opt_outs.find_many(company_id, ids)


async def _household(runtime: Runtime, company_id: str, contact: Contact) -> tuple[HouseholdMember, ...]:
    mine = keys_of(contact) - {external_key(contact.key)}
    found = await find_contacts(runtime, company_id, mine)
    others = {one.id: one for theirs in found.values() for one in theirs if one.id != contact.id}
    return tuple(
        HouseholdMember(other.id, other.name, one.channel, one.address)
        for other in sorted(others.values(), key=_place)
        for one in other.addresses
        if one.search_key in mine
    )
