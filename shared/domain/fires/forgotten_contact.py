"""What is left of contacts, and of their history, when a person is forgotten."""

import re
from collections.abc import Iterable

from shared.domain.channels.address_search import address_key
from shared.domain.contacts.contact import Contact, FieldValue
from shared.domain.contacts.contact_changes import ContactPair
from shared.domain.fires.person import Person
from shared.domain.record import replace

_MAY_HOLD_ONE = re.compile(r"@|(?:\d\D*){7}")  # looking closely takes a hundred times as long


def sought_keys(person: Person) -> frozenset[str]:
    """What contacts with the person's address are found by."""
    return frozenset(address_key(person.channel, spelling) for spelling in person.spellings)


def has_address(contact: Contact | None, keys: frozenset[str]) -> bool:
    """Whether the contact is the person, or one of several who share the address."""
    return contact is not None and any(one.search_key in keys for one in contact.addresses)


def without_mention(contact: Contact, person: Person) -> Contact:
    """Somebody else's contact without the texts that name the person's address."""
    kept = {name: value for name, value in contact.fields.items() if not _names(value, person)}
    tags = tuple(tag for tag in contact.tags if not _names(tag, person))
    addresses = tuple(
        replace(one, consent_note="") if _names(one.consent_note, person) else one
        for one in contact.addresses
    )
    found = replace(
        contact,
        name="" if _names(contact.name, person) else contact.name,
        key="" if _names(contact.key, person) else contact.key,
        fields=kept,
        tags=tags,
        addresses=addresses,
    )
    return contact if found == contact else replace(found, version=contact.version + 1)


def without_person(pairs: Iterable[ContactPair], person: Person) -> list[ContactPair]:
    """A change without the contacts of which it names the person, before or after."""
    keys = sought_keys(person)

    def is_about(contact: Contact | None) -> bool:
        if contact is None:
            return False
        return has_address(contact, keys) or without_mention(contact, person) is not contact

    return [pair for pair in pairs if not (is_about(pair.before) or is_about(pair.after))]


def _names(value: FieldValue, person: Person) -> bool:
    return isinstance(value, str) and _MAY_HOLD_ONE.search(value) is not None and person.is_in(value)
