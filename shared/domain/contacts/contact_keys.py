"""What contacts are found by: hints from a key to contact ids, in shards by the hash of the key.

A hint may be stale, so who follows one looks whether the contact has the key. A contact that has a key always
has its hint: it is written before the contact, or with it.
"""

from collections.abc import Iterable, Mapping
from zlib import crc32

from shared.domain.contacts.contact import Contact
from shared.domain.ids import computed_id

SHARDS = 512
# By key and contact id: the version of the contact for which the hint was written.
Hints = dict[str, dict[str, int]]


def shard_of(text: str) -> int:
    """The shard of a contact id, or of a key."""
    return crc32(text.encode()) % SHARDS


def shard_id(number: int) -> str:
    """The document id of a shard."""
    return f"{number:03}"


def external_key(key: str) -> str:
    """What a contact is found by that has this key of the company's own."""
    return computed_id("contact key", key)


def keys_of(contact: Contact | None) -> frozenset[str]:
    """Everything the contact is found by; nothing for none."""
    if contact is None:
        return frozenset()
    found = {one.search_key for one in contact.addresses}
    return frozenset(found | {external_key(contact.key)} if contact.key else found)


def by_shard(texts: Iterable[str]) -> dict[int, list[str]]:
    """Contact ids, or keys, by their shard."""
    found: dict[int, list[str]] = {}
    for text in texts:
        found.setdefault(shard_of(text), []).append(text)
    return found


def with_hints(hints: Hints, new: Mapping[str, Mapping[str, int]]) -> Hints:
    """The hints and the new ones. A later version takes the place of an earlier one."""
    found = {key: dict(ids) for key, ids in hints.items()}
    for key, ids in new.items():
        there = found.setdefault(key, {})
        for contact_id, version in ids.items():
            there[contact_id] = max(version, there.get(contact_id, 0))
    return found


def without_hints(hints: Hints, over: Mapping[str, Mapping[str, int]]) -> Hints:
    """The hints without those that are over since a version of their contact; a later one stays."""
    found = {key: dict(ids) for key, ids in hints.items()}
    for key, ids in over.items():
        there = found.get(key, {})
        for contact_id, version in ids.items():
            if there.get(contact_id, version + 1) <= version:
                del there[contact_id]
        if not there:
            found.pop(key, None)
    return found
