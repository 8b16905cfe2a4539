"""Find pieces of an audience, the units it is read by, without their recipients."""

from collections.abc import Collection

from msgspec import Struct

from shared.domain.campaigns.audience import FoundAudience, Piece
from shared.runtime import Runtime


class FoundPiece(Struct, frozen=True, kw_only=True):
    """A piece of an audience, and how many recipients the ones before it have together."""

    piece: Piece
    recipients_before: int


async def find_pieces(
    runtime: Runtime, company_id: str, audience: FoundAudience, numbers: Collection[int]
) -> dict[int, FoundPiece]:
    """These pieces of the audience, by number. The recipients themselves are not read."""
    pieces = {number: audience.piece(number) for number in numbers}
    before = await runtime.stores.row_chunks.rows_before(
        company_id, [(piece.file_id, piece.number) for piece in pieces.values()]
    )
    return {
        number: FoundPiece(
            piece=piece,
            recipients_before=audience.recipients_before(piece.file_id) + before[piece.file_id, piece.number],
        )
        for number, piece in pieces.items()
    }
