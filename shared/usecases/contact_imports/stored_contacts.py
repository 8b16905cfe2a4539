"""Read what is stored of many contacts, those of some shards at a time: memory holds no more of them."""

from collections.abc import Iterable, Iterator

from shared.domain.contacts.contact import Contact
from shared.domain.contacts.contact_keys import by_shard
from shared.runtime import Runtime

SHARDS_AT_ONCE = 64


async def stored_contacts(
    runtime: Runtime, company_id: str, contact_ids: Iterable[str]
) -> dict[str, Contact]:
    """Those of the contacts that exist, by id."""
    found: dict[str, Contact] = {}
    for part in _groups(contact_ids):
        found |= await runtime.stores.contact_shards.contacts(company_id, part)
    return found


async def stored_hints(runtime: Runtime, company_id: str, keys: Iterable[str]) -> dict[str, list[str]]:
    """By key (see contact_keys), the ids of the contacts that may have it."""
    found: dict[str, list[str]] = {}
    for part in _groups(keys):
        found |= await runtime.stores.contact_keys.ids_with(company_id, part)
    return found


def _groups(texts: Iterable[str]) -> Iterator[list[str]]:
    shards = sorted(by_shard(texts).items())
    for first in range(0, len(shards), SHARDS_AT_ONCE):
        yield [text for _, part in shards[first : first + SHARDS_AT_ONCE] for text in part]
