"""Prepare the tags that an answer gives the contacts whose appointments it answers, or takes away."""

from collections.abc import Mapping

from shared.domain.contacts.contact import Contact
from shared.domain.contacts.contact_changes import Author, ChangedBy
from shared.domain.contacts.tagging import Tags, Told, whose
from shared.domain.files.person_name import person_name
from shared.domain.files.source import PERSON
from shared.domain.fires.answering import Heard, tags_for, untagged_note
from shared.firestore.contact_shards import with_key
from shared.firestore.kit.transactions import Transaction
from shared.runtime import Runtime
from shared.usecases.contacts.tag_each import UNTAGGED, Tagged, tag_each
from shared.views.message_rows import message_rows


async def prepare_tags(
    runtime: Runtime, company_id: str, transaction: Transaction, heard: Heard, cause: str = ""
) -> Tagged:
    """The contacts as the chosen options have them: each answered message's own, once. It only reads.

    Where nobody knows whose appointment it is, nobody is tagged, and the note says so. `cause` is what a
    person decided of the reply; without one it is the reply itself.
    """
    tags = tags_for(heard)
    if not tags:
        return UNTAGGED
    sharing = await _sharing(runtime, company_id, transaction, heard)
    told = await _told(runtime, company_id, heard, tags, len(sharing))
    wanted: dict[str, Tags] = {}
    unknown = []
    for message_id, theirs in tags.items():
        contact_id = whose(told[message_id], sharing)
        if contact_id is None:
            unknown.append(theirs)
        else:
            wanted[contact_id] = wanted.get(contact_id, Tags()).and_then(theirs)
    author = Author(ChangedBy.REPLY, heard.reply.id)
    parts = await tag_each(runtime, company_id, transaction, wanted, author, cause)
    return Tagged(parts=parts, note=untagged_note(unknown, len(tags), len(sharing)))


async def _sharing(
    runtime: Runtime, company_id: str, transaction: Transaction, heard: Heard
) -> list[Contact]:
    """The contacts who have the address that was answered from."""
    key, stores = heard.reply.address_key, runtime.stores
    ids = (await stores.contact_keys.ids_with(company_id, [key], transaction)).get(key, [])
    found = await stores.contact_shards.contacts(company_id, ids, transaction) if ids else {}
    return with_key(found.values(), [key]).get(key, [])


async def _told(
    runtime: Runtime, company_id: str, heard: Heard, tags: Mapping[str, Tags], count: int
) -> dict[str, Told]:
    """What is known of whom each message is for. Rows are read where several contacts may be meant."""
    messages = [heard.messages[item_id] for item_id in tags]
    unsure = [one for one in messages if one.contact_id is None] if count > 1 else []
    rows = await message_rows(runtime, company_id, unsure) if unsure else {}
    return {
        one.id: Told(
            contact_id=one.contact_id,
            key=rows.get(one.id, {}).get(PERSON, ""),
            name=person_name(rows.get(one.id, {})),
        )
        for one in messages
    }
