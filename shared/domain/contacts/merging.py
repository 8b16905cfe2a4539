"""Two contacts that are one person: the contact that comes of them, and what they contradict in."""

from collections.abc import Collection, Iterator
from typing import Any

from msgspec import Struct

from shared.domain.contacts.contact import Consent, Contact, ContactAddress
from shared.domain.record import replace

_TEXTS = ("name", "key", "language", "time_zone")
OF_FIELD = "fields."


class MergeConflict(Struct, frozen=True):
    """What both have, and differently: `kept` is what stays, `dropped` the other. `field` is its name."""

    field: str
    kept: str
    dropped: str


class Merged(Struct, frozen=True, kw_only=True):
    """The contact that stays, and what was decided about contradictions."""

    contact: Contact
    conflicts: tuple[MergeConflict, ...]


def merged(survivor: Contact, other: Contact, take: Collection[str] = ()) -> Merged:
    """The survivor with all that the other has. Of a contradiction the survivor's value stays.

    `take` names fields of which the other's is taken instead: `name`, or `fields.` and a field's id. Tags,
    lists and addresses are those of both. A refusal is of an address, and goes with it: nothing lifts it.
    """
    conflicts = tuple(_conflicts(survivor, other, take))
    texts: dict[str, Any] = {
        name: _either(name, getattr(survivor, name), getattr(other, name), take) for name in _TEXTS
    }
    names = sorted(survivor.fields.keys() | other.fields.keys())
    fields = {
        name: other.fields[name]
        if name not in survivor.fields or (f"{OF_FIELD}{name}" in take and name in other.fields)
        else survivor.fields[name]
        for name in names
    }
    contact = replace(
        survivor,
        **texts,
        fields=fields,
        tags=tuple(sorted({*survivor.tags, *other.tags})),
        list_ids=tuple(sorted({*survivor.list_ids, *other.list_ids})),
        addresses=_addresses(survivor, other),
        merged_ids=tuple(dict.fromkeys((*survivor.merged_ids, other.id, *other.merged_ids))),
    )
    return Merged(contact=contact, conflicts=conflicts)


def mergeable_fields(survivor: Contact, other: Contact) -> set[str]:
    """What `take` may name."""
    return {*_TEXTS, *(f"{OF_FIELD}{name}" for name in survivor.fields.keys() | other.fields.keys())}


def _either(name: str, mine: str, theirs: str, take: Collection[str]) -> str:
    return theirs if theirs and (not mine or name in take) else mine


def _conflicts(survivor: Contact, other: Contact, take: Collection[str]) -> Iterator[MergeConflict]:
    pairs = [(name, getattr(survivor, name), getattr(other, name)) for name in _TEXTS]
    both = sorted(survivor.fields.keys() & other.fields.keys())
    pairs += [(f"{OF_FIELD}{name}", str(survivor.fields[name]), str(other.fields[name])) for name in both]
    for name, mine, theirs in pairs:
        if mine and theirs and mine != theirs:
            kept, dropped = (theirs, mine) if name in take else (mine, theirs)
            yield MergeConflict(name, kept, dropped)


def _addresses(survivor: Contact, other: Contact) -> tuple[ContactAddress, ...]:
    """The survivor's, then those that only the other has; the survivor's preferred ones stay so."""
    theirs = {one.key: one for one in other.addresses}
    found = [_same(one, theirs.pop(one.key, None)) for one in survivor.addresses]
    preferred = {one.channel for one in found if one.is_preferred}
    for one in theirs.values():
        found.append(replace(one, is_preferred=one.is_preferred and one.channel not in preferred))
    return tuple(found)


def _same(mine: ContactAddress, theirs: ContactAddress | None) -> ContactAddress:
    """An address that both have, with what one of them says of its consent."""
    if theirs is None or mine.consent is not Consent.UNKNOWN or theirs.consent is Consent.UNKNOWN:
        return mine
    return replace(theirs, address=mine.address, is_preferred=mine.is_preferred)
