"""Imports of contacts: how far they are, and what became of their rows."""

from collections.abc import AsyncIterator, Sequence
from itertools import islice

import msgspec

from shared.domain.contacts.contact_import import (
    LEFT_PIECE,
    REJECTED_PIECE,
    ContactImport,
    ImportState,
    LeftContact,
)
from shared.domain.contacts.import_of_rows import rows_import_id
from shared.domain.errors import NotFound
from shared.domain.files.file import File
from shared.firestore.queries.lists import CONTACT_IMPORTS
from shared.runtime import Runtime
from shared.tabular.rejected_rows import csv_export
from shared.views.kit.paging import Page, PageAsked, page_of

_LEFT = msgspec.json.Decoder(list[LeftContact])


async def list_imports(
    runtime: Runtime, company_id: str, asked: PageAsked, *, state: ImportState | None = None
) -> Page[ContactImport]:
    """Imports, newest first."""
    return await page_of(runtime.stores.contact_imports, company_id, asked, CONTACT_IMPORTS, state=state)


async def get_import(runtime: Runtime, company_id: str, import_id: str) -> ContactImport:
    """One import. Raises NotFound."""
    return await runtime.stores.contact_imports.get(company_id, import_id)


async def find_import_of_file(runtime: Runtime, company_id: str, file: File) -> ContactImport | None:
    """The import that makes contacts of the file's rows; None where there is none."""
    return await runtime.stores.contact_imports.find(company_id, rows_import_id(file))


async def read_rejected(runtime: Runtime, company_id: str, import_id: str) -> AsyncIterator[bytes]:
    """The rejected rows with their reasons as a CSV file, piece by piece.

    Raises NotFound when there is no such import, or none of its rows was rejected: at once, not while the
    pieces are read.
    """
    item = await get_import(runtime, company_id, import_id)
    if not item.rejected_blocks:
        raise NotFound("file of rejected rows of import", import_id)
    # The first piece has the header, whether rows of its block were rejected or not.
    names = [item.piece_name(REJECTED_PIECE, number) for number in sorted({0, *item.rejected_blocks})]
    return _joined(runtime, names)


async def _joined(runtime: Runtime, names: Sequence[str]) -> AsyncIterator[bytes]:
    for name in names:
        async for piece in runtime.files.read(name):
            yield piece


async def read_left(runtime: Runtime, company_id: str, import_id: str) -> AsyncIterator[bytes]:
    """The contacts that an undo left alone, with the reasons, as a CSV file. Raises NotFound, as above."""
    item = await get_import(runtime, company_id, import_id)
    if not item.left_blocks:
        raise NotFound("file of contacts left alone by the undo of import", import_id)
    return _left(runtime, item)


async def _left(runtime: Runtime, item: ContactImport) -> AsyncIterator[bytes]:
    yield b"".join(csv_export([("Contact id", "Name", "Reason")]))
    for number in item.left_blocks:
        found = [piece async for piece in runtime.files.read(item.piece_name(LEFT_PIECE, number))]
        rows = [(one.contact_id, one.name, one.reason) for one in _LEFT.decode(b"".join(found))]
        yield b"".join(islice(csv_export(rows), 1, None))  # the byte order mark stands at the top only
