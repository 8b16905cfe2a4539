"""Contacts as a file that can be imported again and changes nothing: read shard by shard."""

import asyncio
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from itertools import islice
from pathlib import Path

from msgspec import Struct

from shared.domain.channels.channel import Channel
from shared.domain.contacts.contact import Contact
from shared.domain.contacts.contact_cells import ContactTable, most_addresses
from shared.domain.contacts.judge_contact import Judge, asks_consent, judge_of
from shared.domain.contacts.list_names import ListNames
from shared.domain.contacts.opt_out import OptOut
from shared.domain.errors import Conflict
from shared.firestore.contact_shards import contacts_in
from shared.runtime import Runtime
from shared.tabular.rejected_rows import csv_export
from shared.tabular.xlsx_export import MOST_ROWS, xlsx_file
from shared.views.activity import read_tallies
from shared.views.refusals import Refusals
from shared.views.segments import read_fields

PIECE = 1 << 18
MOST_IN_A_SHEET = f"A sheet has room for {MOST_ROWS:,} contacts, and these are more. Export them as CSV."


class _Export(Struct, frozen=True, kw_only=True):
    """Which contacts are exported, with which columns, and how many they were when they were counted."""

    runtime: Runtime
    company_id: str
    is_chosen: Judge
    chooses_by_consent: bool

    async def shards(self, *, with_refusals: bool) -> AsyncIterator[tuple[list[Contact], dict[str, OptOut]]]:
        """Those of each shard, with the opt-outs of their addresses."""
        refusals = Refusals(self.runtime, self.company_id, is_needed=with_refusals or self.chooses_by_consent)
        async for shard in self.runtime.stores.contact_shards.scan(self.company_id):
            contacts = await asyncio.to_thread(contacts_in, shard)
            opt_outs = await refusals.of(contacts)
            yield [one for one in contacts if self.is_chosen(one, opt_outs)], opt_outs

    async def table(self) -> tuple[ContactTable, int]:
        """The columns that the contacts need, and how many contacts there are."""
        stores, most, count = self.runtime.stores, Counter[Channel](), 0
        async for contacts, _ in self.shards(with_refusals=False):
            most |= most_addresses(contacts)
            count += len(contacts)
        fields = [one async for page in stores.contact_fields.each_page(self.company_id) for one in page]
        lists = [one async for page in stores.contact_lists.each_page(self.company_id) for one in page]
        names = ListNames({one.id: one.name for one in lists})
        return ContactTable(channels=sorted(most.items()), fields=fields, lists=names), count

    async def rows(self, table: ContactTable) -> AsyncIterator[list[list[str]]]:
        """The rows of the contacts of each shard."""
        async for contacts, opt_outs in self.shards(with_refusals=True):
            yield [table.row(contact, opt_outs) for contact in contacts]


async def export_contacts(
    runtime: Runtime, company_id: str, *, list_id: str | None = None, segment_id: str | None = None
) -> AsyncIterator[bytes]:
    """All contacts, those of a list, or of a segment (of both: who is in both) as CSV, piece by piece.

    They are read twice: the first time tells how many columns the addresses need. Raises NotFound for a list
    or segment that there is not: at once, not while the pieces are read.
    """
    export = await _export(runtime, company_id, list_id, segment_id)
    table, _ = await export.table()
    return _csv(export, table)


async def export_contacts_in_a_sheet(
    runtime: Runtime, company_id: str, *, list_id: str | None = None, segment_id: str | None = None
) -> AsyncIterator[bytes]:
    """The same as an XLSX file. Raises NotFound, and Conflict where a sheet has no room for them."""
    export = await _export(runtime, company_id, list_id, segment_id)
    table, count = await export.table()
    if count > MOST_ROWS:
        raise Conflict(MOST_IN_A_SHEET)
    return _xlsx(export, table)


async def _export(runtime: Runtime, company_id: str, list_id: str | None, segment_id: str | None) -> _Export:
    stores = runtime.stores
    if list_id is not None:
        await stores.contact_lists.get(company_id, list_id)
    judge, by_consent = None, False
    if segment_id is not None:
        criterion = (await stores.segments.get(company_id, segment_id)).criterion
        company, now = await stores.companies.get(company_id), runtime.now()
        kinds = {one.id: one.kind for one in (await read_fields(runtime, company_id)).values()}
        tallies = await read_tallies(runtime, company_id, [criterion], now)
        judge, by_consent = (
            judge_of(criterion, kinds, now, company.time_zone, tallies),
            asks_consent(criterion),
        )

    def is_chosen(contact: Contact, opt_outs: Mapping[str, OptOut]) -> bool:
        is_listed = list_id is None or list_id in contact.list_ids
        return is_listed and (judge is None or judge(contact, opt_outs))

    return _Export(runtime=runtime, company_id=company_id, is_chosen=is_chosen, chooses_by_consent=by_consent)


async def _csv(export: _Export, table: ContactTable) -> AsyncIterator[bytes]:
    yield b"".join(csv_export([table.header]))
    async for rows in export.rows(table):
        yield b"".join(islice(csv_export(rows), 1, None))  # the byte order mark stands at the top only


async def _xlsx(export: _Export, table: ContactTable) -> AsyncIterator[bytes]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "contacts.xlsx"
        with xlsx_file(path) as sheet:
            sheet.write_rows([table.header])
            async for rows in export.rows(table):
                await asyncio.to_thread(sheet.write_rows, rows)
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                yield piece
