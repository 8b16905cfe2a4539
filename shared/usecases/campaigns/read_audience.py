"""Read an audience piece by piece: memory stays that of one piece, however many recipients there are."""

from collections.abc import AsyncIterator

from shared.domain.campaigns.audience import FoundAudience, PeoplePiece, Piece
from shared.domain.fires.recipient import Recipient, recipient_of_row
from shared.runtime import Runtime


async def read_audience(
    runtime: Runtime, company_id: str, audience: FoundAudience
) -> AsyncIterator[tuple[int, Piece, int]]:
    """Every piece with its number and how many recipients it has. The recipients themselves are not read."""
    number = 0
    for part in audience.parts:
        sizes = await runtime.stores.row_chunks.sizes(company_id, part.file_id, part.chunk_count)
        for place, size in enumerate(sizes):
            yield number, part.piece(place), size
            number += 1


async def read_recipients(runtime: Runtime, company_id: str, piece: Piece) -> list[Recipient]:
    """The recipients of one piece, in order. Raises NotFound when they are gone."""
    rows = await runtime.stores.row_chunks.rows(company_id, piece.file_id, piece.number)
    return [recipient_of_row(piece.file_id, row, is_people=isinstance(piece, PeoplePiece)) for row in rows]
