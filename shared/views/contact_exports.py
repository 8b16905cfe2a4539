"""Contacts as a file that can be imported again and changes nothing: read shard by shard."""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from itertools import islice

from shared.domain.channels.channel import Channel
from shared.domain.contacts.contact import Contact
from shared.domain.contacts.contact_cells import ContactTable, most_addresses
from shared.domain.contacts.list_names import ListNames
from shared.domain.contacts.opt_out import opt_out_ids
from shared.firestore.contact_shards import contacts_in
from shared.runtime import Runtime
from shared.tabular.rejected_rows import csv_export

# Which contacts are exported: all, those of a list, or others that somebody can tell.
Chosen = Callable[[Contact], bool]


async def export_contacts(
    runtime: Runtime, company_id: str, *, list_id: str | None = None
) -> AsyncIterator[bytes]:
    """All contacts, or those of a list, as a CSV file, piece by piece.

    They are read twice: the first time tells how many columns the addresses need. Raises NotFound for a list
    that there is not: at once, not while the pieces are read.
    """
    if list_id is not None:
        await runtime.stores.contact_lists.get(company_id, list_id)

    def is_chosen(contact: Contact) -> bool:
        return list_id is None or list_id in contact.list_ids

    table = await _table(runtime, company_id, is_chosen)
    return _pieces(runtime, company_id, table, is_chosen)


async def _table(runtime: Runtime, company_id: str, is_chosen: Chosen) -> ContactTable:
    stores = runtime.stores
    most: Counter[Channel] = Counter()
    async for shard in stores.contact_shards.scan(company_id):
        most |= most_addresses(filter(is_chosen, contacts_in(shard)))
    fields = [one async for page in stores.contact_fields.each_page(company_id) for one in page]
    lists = {one.id: one.name async for page in stores.contact_lists.each_page(company_id) for one in page}
    return ContactTable(channels=sorted(most.items()), fields=fields, lists=ListNames(lists))


async def _pieces(
    runtime: Runtime, company_id: str, table: ContactTable, is_chosen: Chosen
) -> AsyncIterator[bytes]:
    yield b"".join(csv_export([table.header]))
    async for shard in runtime.stores.contact_shards.scan(company_id):
        rows = await _rows(runtime, company_id, table, list(filter(is_chosen, contacts_in(shard))))
        yield b"".join(islice(csv_export(rows), 1, None))  # the byte order mark stands at the top only


async def _rows(
    runtime: Runtime, company_id: str, table: ContactTable, contacts: Sequence[Contact]
) -> list[list[str]]:
    ids = {
        item_id
        for contact in contacts
        for one in contact.addresses
        for item_id in opt_out_ids(one.channel, one.address)
    }
    opt_outs = await runtime.stores.opt_outs.find_many(company_id, ids)
    return [table.row(contact, opt_outs) for contact in contacts]
