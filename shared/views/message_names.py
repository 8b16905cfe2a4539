"""What the people are called whom messages went to: contacts, and who stands in a file's row alone."""

from collections.abc import Sequence

from shared.domain.files.person_name import person_name
from shared.domain.messages.message import Message
from shared.runtime import Runtime
from shared.views.message_rows import message_rows


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
    rows = await message_rows(runtime, company_id, left)
    return names | {one.id: person_name(rows.get(one.id, {})) for one in left}
