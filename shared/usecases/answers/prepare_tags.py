"""Prepare the tags that an answer gives the contact who answered, or takes away."""

from shared.domain.channels.address_search import address_key
from shared.domain.contacts.contact_changes import Author, ChangedBy
from shared.domain.fires.answering import Heard, tags_for
from shared.firestore.kit.transactions import Transaction
from shared.runtime import Runtime
from shared.usecases.contacts.tag_contact import UNTAGGED, Tagged, tag_contact


async def prepare_tags(
    runtime: Runtime, company_id: str, transaction: Transaction, heard: Heard, cause: str = ""
) -> Tagged:
    """The contact as the chosen options have it. It only reads; its write comes last.

    Who answered is the message's contact; of a file's row, the only contact with the address, if one is.
    `cause` is what a person decided of the reply; without one it is the reply itself.
    """
    add, remove = tags_for(heard)
    if not add and not remove:
        return UNTAGGED
    contact_id = await _contact_id(runtime, company_id, transaction, heard)
    if contact_id is None:
        return UNTAGGED
    author = Author(ChangedBy.REPLY, heard.reply.id)
    return await tag_contact(
        runtime, company_id, transaction, contact_id, author, add=add, remove=remove, cause=cause
    )


async def _contact_id(
    runtime: Runtime, company_id: str, transaction: Transaction, heard: Heard
) -> str | None:
    named = {heard.messages[one.message_id].contact_id for one in heard.reply.answers} - {None}
    if named:
        return named.pop() if len(named) == 1 else None
    key = address_key(heard.reply.channel, heard.reply.address)
    found = await runtime.stores.contact_keys.ids_with(company_id, [key], transaction)
    ids = found.get(key, [])
    return ids[0] if len(ids) == 1 else None
