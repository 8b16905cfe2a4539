"""Look at what a preview found: any row, or page by page."""

import zlib

import msgspec

from shared.domain.errors import NotFound
from shared.domain.fires.preview import PreviewedMessage, Verdict, preview_chunk_id
from shared.runtime import Runtime

CHUNKS_PER_READ = 10


async def read_preview(
    runtime: Runtime,
    company_id: str,
    preview_id: str,
    *,
    verdict: Verdict | None = None,
    after_row: int = 0,
    limit: int = 100,
) -> list[PreviewedMessage]:
    """Messages of rows after `after_row`, with `verdict` if one is given.

    A row's messages stay together, so a page may hold a few more than `limit`.
    """
    preview = await runtime.stores.previews.get(company_id, preview_id)
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


async def preview_row(
    runtime: Runtime, company_id: str, preview_id: str, row_number: int
) -> list[PreviewedMessage]:
    """What would become of one row, one entry a step. Raises NotFound."""
    found = await read_preview(runtime, company_id, preview_id, after_row=row_number - 1, limit=1)
    messages = [message for message in found if message.row_number == row_number]
    if not messages:
        raise NotFound("row", str(row_number))
    return messages


def _unpacked(packed: bytes) -> list[PreviewedMessage]:
    return msgspec.json.decode(zlib.decompress(packed), type=list[PreviewedMessage])
