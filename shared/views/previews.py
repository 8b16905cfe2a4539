"""Previews: what a campaign would do, in total, page by page, or for any row."""

import zlib
from collections.abc import AsyncIterator

import msgspec

from shared.domain.errors import NotFound
from shared.domain.fires.preview import (
    Preview,
    PreviewChunk,
    PreviewedMessage,
    Verdict,
    further_part_ids,
    preview_chunk_id,
)
from shared.runtime import Runtime
from shared.views.kit.paging import Page, PageAsked
from shared.views.previewed_rows import side_by_side

CHUNKS_PER_READ = 10


async def get_preview(runtime: Runtime, company_id: str, preview_id: str) -> Preview:
    """The totals, and how far it is made. Raises NotFound."""
    return await runtime.stores.previews.get(company_id, preview_id)


async def list_previewed_messages(
    runtime: Runtime,
    company_id: str,
    asked: PageAsked,
    *,
    preview_id: str,
    verdict: Verdict | None = None,
) -> Page[PreviewedMessage]:
    """Messages in the order of recipients, with `verdict` if one is given. Raises NotFound.

    A recipient's messages stay together, so a page may hold a few more than asked for.
    """
    after, found = int(asked.after or 0), list[PreviewedMessage]()
    preview = await get_preview(runtime, company_id, preview_id)
    async for message in _each(runtime, company_id, preview):
        if message.position <= after or verdict not in (None, message.verdict):
            continue
        if len(found) >= asked.limit and message.position != found[-1].position:
            break
        found.append(message)
    is_full = len(found) >= asked.limit
    shown = await side_by_side(runtime, company_id, preview, found)
    return Page(shown, str(found[-1].position) if is_full else None)


async def get_previewed_row(
    runtime: Runtime, company_id: str, preview_id: str, row_number: int, *, file_id: str | None = None
) -> list[PreviewedMessage]:
    """What would become of one row of each file, or of one, an entry a step. Raises NotFound."""
    preview = await get_preview(runtime, company_id, preview_id)
    wanted = [file_id] if file_id else list(preview.audience.file_ids)
    messages: list[PreviewedMessage] = []
    async for message in _each(runtime, company_id, preview):
        if message.row_number == row_number and message.file_id in (None, *wanted):
            messages.append(message)
        elif messages and len(wanted) == 1:
            break
    if not messages:
        raise NotFound("row", str(row_number))
    return await side_by_side(runtime, company_id, preview, messages)


async def _each(runtime: Runtime, company_id: str, preview: Preview) -> AsyncIterator[PreviewedMessage]:
    """All messages in order, as far as the preview is made."""
    chunk_count = preview.audience.chunk_count
    for first in range(0, chunk_count, CHUNKS_PER_READ):
        numbers = range(first, min(first + CHUNKS_PER_READ, chunk_count))
        ids = [preview_chunk_id(preview.id, number) for number in numbers]
        chunks = await runtime.stores.preview_chunks.find_many(company_id, ids)
        for item_id in ids:
            if item_id in chunks:
                async for message in _each_of(runtime, company_id, chunks[item_id]):
                    yield message


async def _each_of(runtime: Runtime, company_id: str, first: PreviewChunk) -> AsyncIterator[PreviewedMessage]:
    """The messages of a chunk, whose parts are read one by one: together they may be many megabytes."""
    for message in _unpacked(first.messages):
        yield message
    for item_id in further_part_ids(first.preview_id, first.number, first.part_count):
        for message in _unpacked((await runtime.stores.preview_chunks.get(company_id, item_id)).messages):
            yield message


def _unpacked(packed: bytes) -> list[PreviewedMessage]:
    return msgspec.json.decode(zlib.decompress(packed), type=list[PreviewedMessage])
