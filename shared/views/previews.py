"""Previews: what a campaign would do, in total, page by page, or for any row."""

import zlib

import msgspec

from shared.domain.errors import NotFound
from shared.domain.fires.preview import Preview, PreviewedMessage, Verdict, preview_chunk_id
from shared.runtime import Runtime
from shared.views.kit.paging import Page, PageAsked

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
    """Messages in the order of rows, with `verdict` if one is given. Raises NotFound.

    A row's messages stay together, so a page may hold a few more than asked for.
    """
    after_row = int(asked.after or 0)
    found = await _previewed(runtime, company_id, preview_id, verdict, after_row, asked.limit)
    is_full = len(found) >= asked.limit
    return Page(found, str(found[-1].row_number) if is_full else None)


async def get_previewed_row(
    runtime: Runtime, company_id: str, preview_id: str, row_number: int
) -> list[PreviewedMessage]:
    """What would become of one row, one entry a step. Raises NotFound."""
    found = await _previewed(runtime, company_id, preview_id, None, row_number - 1, 1)
    messages = [message for message in found if message.row_number == row_number]
    if not messages:
        raise NotFound("row", str(row_number))
    return messages


async def _previewed(
    runtime: Runtime, company_id: str, preview_id: str, verdict: Verdict | None, after_row: int, limit: int
) -> list[PreviewedMessage]:
    preview = await get_preview(runtime, company_id, preview_id)
    found: list[PreviewedMessage] = []
    for first in range(0, preview.chunk_count, CHUNKS_PER_READ):
        numbers = range(first, min(first + CHUNKS_PER_READ, preview.chunk_count))
        ids = [preview_chunk_id(preview_id, number) for number in numbers]
        chunks = await runtime.stores.preview_chunks.find_many(company_id, ids)
        for item_id in ids:
            if item_id not in chunks:
                continue
            for message in _unpacked(chunks[item_id].messages):
                if message.row_number <= after_row or verdict not in (None, message.verdict):
                    continue
                if len(found) >= limit and message.row_number != found[-1].row_number:
                    return found
                found.append(message)
    return found


def _unpacked(packed: bytes) -> list[PreviewedMessage]:
    return msgspec.json.decode(zlib.decompress(packed), type=list[PreviewedMessage])
