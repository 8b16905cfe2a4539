"""What files say of those whom messages went to."""

from collections.abc import Mapping, Sequence

from shared.domain.files.row_chunk import row_chunk_id
from shared.domain.messages.message import Message
from shared.firestore.row_chunks import unpacked
from shared.runtime import Runtime


async def message_rows(
    runtime: Runtime, company_id: str, messages: Sequence[Message]
) -> dict[str, Mapping[str, str]]:
    """The fields of the rows that messages were planned from, by message. Read in bulk.

    One that is for no row, or whose row is deleted by now, is not in it.
    """
    of_rows = [one for one in messages if one.row_number is not None]
    chunks = await runtime.stores.chunks.find_many(
        company_id, {one.chunk_id for one in of_rows if one.chunk_id}
    )
    ids = {row_chunk_id(one.piece.file_id, one.piece.number): one.piece.file_id for one in chunks.values()}
    stored = await runtime.stores.row_chunks.find_many(company_id, ids)
    rows = {
        (ids[item_id], row.number): row.values for item_id, chunk in stored.items() for row in unpacked(chunk)
    }
    places = {one.id: (one.file_id or "", one.row_number or 0) for one in of_rows}
    return {item_id: rows[place] for item_id, place in places.items() if place in rows}
