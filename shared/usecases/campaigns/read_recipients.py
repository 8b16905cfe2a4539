"""Read an audience piece by piece: memory stays that of one piece, however many recipients there are."""

from shared.domain.campaigns.audience import PeoplePiece, Piece
from shared.domain.fires.recipient import Recipient, recipient_of_row
from shared.runtime import Runtime


async def read_recipients(runtime: Runtime, company_id: str, piece: Piece) -> list[Recipient]:
    """The recipients of one piece, in order. Raises NotFound when they are gone."""
    rows = await runtime.stores.row_chunks.rows(company_id, piece.file_id, piece.number)
    is_people = isinstance(piece, PeoplePiece)
    return [recipient_of_row(piece.file_id, row, is_people=is_people) for row in rows]
