"""Contacts that may be one person: they share an address, or have the same name and the same birth date."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from enum import StrEnum

from msgspec import Struct

from shared.domain.contacts.contact import Contact
from shared.domain.contacts.contact_field import FieldKind
from shared.domain.contacts.contact_keys import SHARDS, shard_id
from shared.domain.errors import InvalidInput
from shared.domain.ids import computed_id
from shared.firestore.contact_shards import contacts_in, hints_in, with_key
from shared.runtime import Runtime

MOST_GROUPS = 100
SHARDS_A_READ = 32


class DuplicateBy(StrEnum):
    """What two contacts have in common."""

    ADDRESS = "address"
    NAME_AND_DATE = "name_and_date"


class Duplicates(Struct, frozen=True, kw_only=True):
    """Contacts that may be one, the oldest first, and whether their names are the same too."""

    contacts: tuple[Contact, ...]
    has_same_name: bool


class FoundDuplicates(Struct, frozen=True, kw_only=True):
    """The first groups, and whether there are more of them."""

    groups: tuple[Duplicates, ...]
    has_more: bool


async def find_duplicates(
    runtime: Runtime, company_id: str, by: DuplicateBy, field: str | None = None
) -> FoundDuplicates:
    """Groups of contacts that may be one person, those of the same name first.

    By name and date, `field` is the company's own date field. Raises InvalidInput where there is none.
    """
    if by is DuplicateBy.ADDRESS:
        found = await _by_address(runtime, company_id)
    else:
        found = await _by_name_and_date(runtime, company_id, await _date_field(runtime, company_id, field))
    groups = sorted(found.values(), key=lambda one: (not one.has_same_name, one.contacts[0].id))
    return FoundDuplicates(groups=tuple(groups[:MOST_GROUPS]), has_more=len(groups) > MOST_GROUPS)


async def _date_field(runtime: Runtime, company_id: str, field: str | None) -> str:
    if field is None:
        raise InvalidInput.at("field", "names the field with the date of birth; give it")
    defined = await runtime.stores.contact_fields.find(company_id, field)
    if defined is None or defined.kind is not FieldKind.DATE:
        raise InvalidInput.at("field", f"is no date field of yours: {field!r}")
    return field


_Groups = dict[tuple[str, ...], Duplicates]


async def _by_address(runtime: Runtime, company_id: str) -> _Groups:
    """Looked for where addresses lead to contacts: only contacts that share one are read."""
    stores, found = runtime.stores, _Groups()
    for first in range(0, SHARDS, SHARDS_A_READ):
        end = min(first + SHARDS_A_READ, SHARDS)
        shards = await stores.contact_keys.between(company_id, shard_id(first), shard_id(end))
        shared = {key: ids for one in shards for key, ids in hints_in(one).items() if len(ids) > 1}
        ids = {contact_id for theirs in shared.values() for contact_id in theirs}
        contacts = await stores.contact_shards.contacts(company_id, ids)
        found |= _groups(with_key(contacts.values(), shared).values())
        if len(found) > MOST_GROUPS:
            break
    return found


async def _by_name_and_date(runtime: Runtime, company_id: str, field: str) -> _Groups:
    """What is held of each contact with a date is a hash; only those that are met twice are read again."""
    stores, first, ids = runtime.stores, dict[str, str](), set[str]()
    async for shard in stores.contact_shards.scan(company_id):
        for contact in contacts_in(shard):
            if (known := _name_and_date(contact, field)) is None:
                continue
            other = first.setdefault(known, contact.id)
            if other != contact.id:
                ids |= {other, contact.id}
    several: dict[str, list[Contact]] = defaultdict(list)
    for contact in (await stores.contact_shards.contacts(company_id, ids)).values():
        if (known := _name_and_date(contact, field)) is not None:
            several[known].append(contact)
    return _groups(several.values())


def _name_and_date(contact: Contact, field: str) -> str | None:
    name, date = _name(contact), contact.fields.get(field)
    return computed_id(name, str(date)) if name and date else None


def _groups(several: Iterable[Iterable[Contact]]) -> _Groups:
    return {tuple(one.id for one in group.contacts): group for group in _made(several)}


def _made(several: Iterable[Iterable[Contact]]) -> Iterator[Duplicates]:
    for one in several:
        contacts = sorted(one, key=lambda contact: (contact.created_at, contact.id))
        if len(contacts) > 1:
            names = [name for contact in contacts if (name := _name(contact))]
            yield Duplicates(contacts=tuple(contacts), has_same_name=len(set(names)) < len(names))


def _name(contact: Contact) -> str:
    return " ".join(contact.name.casefold().split())
