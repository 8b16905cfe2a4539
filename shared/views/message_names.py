"""What the people are called whom messages went to: contacts, and who stands in a file's row alone."""

from collections.abc import Sequence

from shared.domain.files.person_name import person_name
from shared.domain.files.row_chunk import row_chunk_id
from shared.domain.messages.message import Message
from shared.firestore.row_chunks import unpacked
from shared.runtime import Runtime


async def message_names(runtime: Runtime, company_id: str, messages: Sequence[Message]) -> dict[str, str]:
    """What people are called, by message: a contact's name, or what the row says. Read in bulk."""
    contact_ids = {one.contact_id for one in messages if one.contact_id is not None}
    contacts = await runtime.stores.contact_shards.contacts(company_id, contact_ids) if contact_ids else {}
    names = {
        one.id: contacts[one.contact_id].name
        for one in messages
        if one.contact_id in contacts and contacts[one.contact_id].name
    }
    left = [one for one in messages if one.id not in names and one.row_number is not None]
    chunks = await runtime.stores.chunks.find_many(company_id, {one.chunk_id for one in left if one.chunk_id})
    ids = {row_chunk_id(one.piece.file_id, one.piece.number): one.piece.file_id for one in chunks.values()}
    stored = await runtime.stores.row_chunks.find_many(company_id, ids)
    rows = {
        (ids[item_id], row.number): person_name(row.values)
        for item_id, chunk in stored.items()
        for row in unpacked(chunk)
    }
    return names | {one.id: rows.get((one.file_id or "", one.row_number or 0), "") for one in left}
