"""What a contact may be: bounds, and each thing once."""

from collections import Counter
from collections.abc import Iterator

from shared.domain.channels.channel import Channel
from shared.domain.characters import check_characters
from shared.domain.contacts.contact import Consent, Contact, tag_of
from shared.domain.errors import InvalidInput, Problem
from shared.domain.place import check_time_zone

MOST_TAGS = 100
MOST_LISTS = 100
MOST_ADDRESSES = 20
TAG_CHARACTERS = 60
NAME_CHARACTERS = 200
KEY_CHARACTERS = 200
NOTE_CHARACTERS = 200
LARGEST = 50_000  # bytes of its texts: thousands of contacts share a document


def check_contact(contact: Contact) -> None:
    """Raises InvalidInput that names every place. Values of fields are checked by their definitions."""
    problems = [*_texts(contact), *_tags(contact), *_addresses(contact)]
    if len(contact.list_ids) > MOST_LISTS:
        problems.append(Problem(field="list_ids", reason=f"are more than {MOST_LISTS}"))
    size = sum(len(str(value).encode()) for value in contact.fields.values())
    if size > LARGEST:
        problems.append(Problem(field="fields", reason=f"hold more than {LARGEST:,} bytes together"))
    if problems:
        raise InvalidInput(*problems)


def _texts(contact: Contact) -> Iterator[Problem]:
    for field, text, most in (
        ("name", contact.name, NAME_CHARACTERS),
        ("key", contact.key, KEY_CHARACTERS),
        ("language", contact.language, 35),
    ):
        yield from check_characters(field, text, is_line=True)
        if len(text) > most:
            yield Problem(field=field, reason=f"is longer than {most} characters")
    if contact.time_zone:
        yield from check_time_zone("time_zone", contact.time_zone)


def _tags(contact: Contact) -> Iterator[Problem]:
    if len(contact.tags) > MOST_TAGS:
        yield Problem(field="tags", reason=f"are more than {MOST_TAGS}")
    for tag in contact.tags:
        yield from check_characters("tags", tag, is_line=True)
        if not 1 <= len(tag) <= TAG_CHARACTERS or tag != tag_of(tag):
            yield Problem(field="tags", reason=f"must have 1 to {TAG_CHARACTERS} characters each")


def _addresses(contact: Contact) -> Iterator[Problem]:
    if len(contact.addresses) > MOST_ADDRESSES:
        yield Problem(field="addresses", reason=f"are more than {MOST_ADDRESSES}")
    seen: set[tuple[Channel, str]] = set()
    for place, address in enumerate(contact.addresses):
        if address.key in seen:
            yield Problem(field=f"addresses[{place}].address", reason="stands here twice; leave one out")
        seen.add(address.key)
        if address.consent is Consent.UNSUBSCRIBED:
            raise ValueError("a refusal is an opt-out, and not the contact's")
    preferred = Counter(one.channel for one in contact.addresses if one.is_preferred)
    for channel, count in preferred.items():
        if count > 1:
            yield Problem(field="addresses", reason=f"prefer {count} addresses on {channel}; prefer one")
