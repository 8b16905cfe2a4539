"""Contacts in shard documents, as compressed JSON: 512, so that 100,000 contacts cost hundreds of writes.

Which shard has a contact follows from its id. Beside them are the shards of keys, by which they are found.
"""

import asyncio
import zlib
from collections import deque
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from itertools import chain, islice

import msgspec
import orjson
from google.cloud.firestore import AsyncClient, AsyncTransaction
from msgspec import Struct

from shared.domain.channels.channel import as_text, named
from shared.domain.contacts.contact import Contact
from shared.domain.contacts.contact_changes import ContactChange, ContactPair
from shared.domain.contacts.contact_keys import SHARDS, Hints, by_shard, keys_of, shard_id
from shared.domain.errors import RollcallError
from shared.firestore.kit.collection import Collection

SHARDS_A_READ, BYTES_A_READ = 64, 4_000_000  # more shards than that where so many bytes hold them
FIRST_READS = (1, 4)
READS_AHEAD = 2  # that are on their way at once
LARGEST = 1_000_000  # bytes of a shard's contacts; Firestore takes a document of 1,048,576
_ENCODER = msgspec.json.Encoder(enc_hook=as_text)


class ListedContact(Struct, frozen=True, kw_only=True, gc=False):
    """What a list shows of a contact."""

    id: str
    name: str = ""
    list_ids: tuple[str, ...] = ()


_CONTACTS = msgspec.json.Decoder(list[Contact], dec_hook=named)
_LISTED = msgspec.json.Decoder(list[ListedContact])
_PAIRS = msgspec.json.Decoder(list[ContactPair], dec_hook=named)


class ContactsFull(RollcallError):
    """A shard holds as many contacts as fit."""

    def __init__(self) -> None:
        super().__init__(
            "There is no room for more contacts, or for contacts that hold more: delete some, or have them "
            "hold less."
        )


class ContactShard(Struct, frozen=True, kw_only=True):
    """One shard's contacts, packed."""

    id: str
    contact_count: int
    contacts: bytes


_Read = asyncio.Task[list[ContactShard]]


class ContactKeyShard(Struct, frozen=True, kw_only=True):
    """One shard's hints, packed."""

    id: str
    key_count: int
    hints: bytes


class ContactShards(Collection[ContactShard]):
    """A company's contacts."""

    def __init__(self, db: AsyncClient) -> None:
        super().__init__(db, "contact_shards", ContactShard, "contact shard")

    async def in_shard(
        self, company_id: str, number: int, transaction: AsyncTransaction | None = None
    ) -> dict[str, Contact]:
        """All contacts of one shard, by id. With a transaction the read is part of it."""
        found = await self.find(company_id, shard_id(number), transaction)
        return {one.id: one for one in contacts_in(found)} if found else {}

    async def contacts(
        self, company_id: str, contact_ids: Iterable[str], transaction: AsyncTransaction | None = None
    ) -> dict[str, Contact]:
        """Those of the contacts that exist, by id."""
        wanted = set(contact_ids)
        ids = [shard_id(number) for number in by_shard(wanted)]
        found = await self.find_many(company_id, ids, transaction)
        return {one.id: one for shard in found.values() for one in contacts_in(shard) if one.id in wanted}

    async def scan(
        self, company_id: str, first: int = 0, *, is_whole: bool = False
    ) -> AsyncIterator[ContactShard]:
        """Every shard that has contacts, in order, from number `first` on.

        Some are read at a time, few at first: a page of a list ends soon, unless all are wanted, with
        `is_whole`: then the first read tells how many fit into one. While they are looked at, the next
        ones are on their way.
        """
        usual = SHARDS_A_READ
        sizes = chain(() if is_whole else FIRST_READS, iter(lambda: usual, 0))
        reads = self._reads(company_id, first, sizes)
        coming, read = deque(islice(reads, 1)), 0
        try:
            while coming:
                found, read = await coming.popleft(), read + 1
                usual = _fitting(found) if is_whole and read == 1 else usual
                ahead = READS_AHEAD if is_whole or read > len(FIRST_READS) else 1
                coming.extend(islice(reads, ahead - len(coming)))
                for shard in found:
                    yield shard
        finally:
            for one in coming:
                one.cancel()

    def _reads(self, company_id: str, first: int, sizes: Iterator[int]) -> Iterator[_Read]:
        """The reads of all shards from number `first` on, each begun when it is taken."""
        while first < SHARDS:
            end = min(first + next(sizes), SHARDS)
            yield asyncio.create_task(self.between(company_id, shard_id(first), shard_id(end)))
            first = end


class ContactKeys(Collection[ContactKeyShard]):
    """What contacts are found by."""

    def __init__(self, db: AsyncClient) -> None:
        super().__init__(db, "contact_key_shards", ContactKeyShard, "contact key shard")

    async def in_shard(self, company_id: str, number: int, transaction: AsyncTransaction) -> Hints:
        """One shard's hints, as part of a transaction."""
        found = await self.find(company_id, shard_id(number), transaction)
        return hints_in(found) if found else {}

    async def ids_with(
        self, company_id: str, keys: Iterable[str], transaction: AsyncTransaction | None = None
    ) -> dict[str, list[str]]:
        """By key, the ids of the contacts that may have it."""
        wanted = set(keys)
        ids = [shard_id(number) for number in by_shard(wanted)]
        shards = await self.find_many(company_id, ids, transaction)
        return {
            key: sorted(found)
            for shard in shards.values()
            for key, found in hints_in(shard).items()
            if key in wanted
        }


def _fitting(shards: list[ContactShard]) -> int:
    """How many shards like these are read at a time: ids are hashes, so that others hold about as much."""
    largest = max((len(one.contacts) for one in shards), default=1)
    return max(SHARDS_A_READ, min(BYTES_A_READ // largest, SHARDS // 2))


def contacts_in(shard: ContactShard) -> list[Contact]:
    """The contacts a shard holds, in the order of their ids."""
    return _CONTACTS.decode(zlib.decompress(shard.contacts))


def listed_in(shard: ContactShard, list_id: str) -> list[ListedContact]:
    """Those of a shard who are on a list, in the order of their ids. Nothing else of them is read."""
    stored = zlib.decompress(shard.contacts)
    if list_id.encode() not in stored:
        return []
    return [one for one in _LISTED.decode(stored) if list_id in one.list_ids]


def contact_shard(number: int, contacts: Mapping[str, Contact]) -> ContactShard:
    """The shard of these contacts. Raises ContactsFull when they do not fit."""
    ordered = [contacts[contact_id] for contact_id in sorted(contacts)]
    packed = zlib.compress(_ENCODER.encode(ordered), 1)
    if len(packed) > LARGEST:
        raise ContactsFull
    return ContactShard(id=shard_id(number), contact_count=len(ordered), contacts=packed)


def hints_in(shard: ContactKeyShard) -> Hints:
    """The hints a shard holds."""
    found: Hints = orjson.loads(zlib.decompress(shard.hints))
    return found


def key_shard(number: int, hints: Hints) -> ContactKeyShard:
    """The shard of these hints. Raises ContactsFull when they do not fit."""
    packed = zlib.compress(orjson.dumps(hints), 1)
    if len(packed) > LARGEST:
        raise ContactsFull
    return ContactKeyShard(id=shard_id(number), key_count=len(hints), hints=packed)


def pairs_in(change: ContactChange) -> list[ContactPair]:
    """The contacts of a change, before and after."""
    return _PAIRS.decode(zlib.decompress(change.pairs))


def packed_pairs(pairs: Iterable[ContactPair]) -> bytes:
    """Contacts before and after, as a change holds them."""
    return zlib.compress(_ENCODER.encode(list(pairs)), 1)


def with_key(contacts: Iterable[Contact], keys: Iterable[str]) -> dict[str, list[Contact]]:
    """By key, those of the contacts that have it, the oldest first."""
    wanted = set(keys)
    found: dict[str, list[Contact]] = {}
    for contact in sorted(contacts, key=lambda one: (one.created_at, one.id)):
        for key in keys_of(contact) & wanted:
            found.setdefault(key, []).append(contact)
    return found
