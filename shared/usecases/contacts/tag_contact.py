"""Give one contact tags, or take some away, as part of a transaction that stores why."""

import logging
from collections.abc import Iterable

from msgspec import Struct, field

from shared import log
from shared.domain.contacts.check_contact import MOST_TAGS
from shared.domain.contacts.contact import Contact, tag_of
from shared.domain.contacts.contact_changes import Author, ContactPair
from shared.domain.contacts.contact_keys import shard_of
from shared.domain.record import replace
from shared.firestore.contact_shards import ContactsFull
from shared.firestore.kit.transactions import Transaction
from shared.runtime import Runtime
from shared.usecases.contacts.store_change import ChangeKey, read_part, stamped, store_change
from shared.usecases.outbox.open_outbox import Outbox


class Tagged(Struct, frozen=True, kw_only=True):
    """A contact before and after, read in a transaction, to be written when all is read."""

    key: ChangeKey | None = None
    pair: ContactPair | None = None
    contacts: dict[str, Contact] = field(default_factory=dict)

    def write(self, runtime: Runtime, transaction: Transaction, company_id: str, outbox: Outbox) -> None:
        """Store the contact and the change. What tags it has is no key, so nothing else is written."""
        if self.key is None or self.pair is None:
            return
        try:
            store_change(runtime, company_id, transaction, self.key, self.contacts, [self.pair], outbox)
        except ContactsFull:  # nothing of it is written yet, and an answer must not be lost for want of a tag
            log.event("contact not tagged", level=logging.WARNING, company_id=company_id)


UNTAGGED = Tagged()


async def tag_contact(
    runtime: Runtime,
    company_id: str,
    transaction: Transaction,
    contact_id: str,
    author: Author,
    *,
    add: Iterable[str],
    remove: Iterable[str],
    cause: str = "",
) -> Tagged:
    """The contact with these tags and without those. Nothing becomes of one that is gone, or has them.

    One change for one cause, which is the author where none is given: what comes twice is done once. A
    contact has a bounded number of tags; what is beyond it is not added.
    """
    change_id, ids = cause or author.id, (contact_id,)
    key = ChangeKey(change_id=change_id, shard=shard_of(contact_id), contact_ids=ids, author=author)
    stored = await read_part(runtime, company_id, transaction, key)
    contact = stored.contacts.get(contact_id)
    if stored.done is not None or contact is None:
        return UNTAGGED
    kept = [tag for tag in contact.tags if tag not in {tag_of(one) for one in remove}]
    new = [tag for tag in dict.fromkeys(tag_of(one) for one in add) if tag not in kept]
    tags = tuple(sorted([*kept, *new[: max(0, MOST_TAGS - len(kept))]]))
    pair = stamped(contact, replace(contact, tags=tags), runtime.now())
    return UNTAGGED if pair is None else Tagged(key=key, pair=pair, contacts=stored.contacts)
