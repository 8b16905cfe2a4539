"""Give contacts tags, or take some away, as part of a transaction that stores why."""

import logging
from collections.abc import Mapping

from msgspec import Struct, field

from shared import log
from shared.domain.contacts.contact import Contact
from shared.domain.contacts.contact_changes import Author, ContactPair
from shared.domain.contacts.contact_keys import by_shard
from shared.domain.contacts.tagging import Tags
from shared.firestore.contact_shards import ContactsFull
from shared.firestore.kit.transactions import Transaction
from shared.runtime import Runtime
from shared.usecases.contacts.store_change import ChangeKey, read_part, stamped, store_change
from shared.usecases.outbox.open_outbox import Outbox


class TaggedPart(Struct, frozen=True, kw_only=True):
    """Contacts of one shard before and after."""

    key: ChangeKey
    pairs: list[ContactPair]
    contacts: dict[str, Contact]


class Tagged(Struct, frozen=True, kw_only=True):
    """Contacts before and after, read in a transaction, to be written when all is read.

    `note` says of whom nobody knows who they are; empty where that is known of all.
    """

    parts: list[TaggedPart] = field(default_factory=list)
    note: str = ""

    def write(self, runtime: Runtime, transaction: Transaction, company_id: str, outbox: Outbox) -> None:
        """Store the contacts and the changes. What tags they have is no key, so nothing else is written."""
        for part in self.parts:
            try:
                store_change(runtime, company_id, transaction, part.key, part.contacts, part.pairs, outbox)
            except ContactsFull:  # nothing of it is written, and an answer must not be lost for want of a tag
                log.event("contact not tagged", level=logging.WARNING, company_id=company_id)


UNTAGGED = Tagged()


async def tag_each(
    runtime: Runtime,
    company_id: str,
    transaction: Transaction,
    wanted: Mapping[str, Tags],
    author: Author,
    cause: str = "",
) -> list[TaggedPart]:
    """The contacts, by id, with what is wanted of their tags. One that is gone, or has them, stays as it is.

    One change for one cause, which is the author where none is given: what comes twice is done once.
    """
    parts: list[TaggedPart] = []
    for number, ids in by_shard(wanted).items():
        change_id, contact_ids = cause or author.id, tuple(sorted(ids))
        key = ChangeKey(change_id=change_id, shard=number, contact_ids=contact_ids, author=author)
        part = await _part(runtime, company_id, transaction, key, wanted)
        parts += [part] if part is not None else []
    return parts


async def _part(
    runtime: Runtime, company_id: str, transaction: Transaction, key: ChangeKey, wanted: Mapping[str, Tags]
) -> TaggedPart | None:
    stored = await read_part(runtime, company_id, transaction, key)
    if stored.done is not None:
        return None
    known = [stored.contacts[item_id] for item_id in key.contact_ids if item_id in stored.contacts]
    now = runtime.now()
    pairs = [pair for one in known if (pair := stamped(one, wanted[one.id].of(one), now)) is not None]
    return TaggedPart(key=key, pairs=pairs, contacts=stored.contacts) if pairs else None
