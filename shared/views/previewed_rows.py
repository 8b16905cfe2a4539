"""A duplicate and the row it is the same as, side by side: their fields, read from the file's rows."""

from collections import defaultdict
from collections.abc import Sequence

from shared.domain.files.row_chunk import row_chunk_id
from shared.domain.fires.preview import Preview, PreviewedMessage, PreviewedRow
from shared.domain.record import replace
from shared.firestore.row_chunks import unpacked
from shared.runtime import Runtime

CHUNKS_PER_READ = 20
Values = dict[tuple[str | None, int | None], dict[str, str]]  # by file and row


async def side_by_side(
    runtime: Runtime, company_id: str, preview: Preview, messages: Sequence[PreviewedMessage]
) -> list[PreviewedMessage]:
    """The messages, each duplicate with its own fields and those of the row it is the same as.

    Rows whose time is over have none. Of a page of duplicates each may be in another piece: these are read
    some at a time.
    """
    rows = [row for one in messages for row in _rows(one)]
    values = await _values(runtime, company_id, preview, rows) if rows else {}
    return [_with_values(message, values) for message in messages]


def _rows(message: PreviewedMessage) -> list[PreviewedRow]:
    """The two rows of a duplicate."""
    other = message.same_as
    if other is None:
        return []
    own = PreviewedRow(file_id=message.file_id, row_number=message.row_number, piece=message.piece)
    return [own, other]


def _with_values(message: PreviewedMessage, values: Values) -> PreviewedMessage:
    other = message.same_as
    if other is None:
        return message
    return replace(
        message,
        values=values.get((message.file_id, message.row_number)),
        same_as=replace(other, values=values.get((other.file_id, other.row_number))),
    )


async def _values(
    runtime: Runtime, company_id: str, preview: Preview, rows: Sequence[PreviewedRow]
) -> Values:
    wanted: dict[str, list[int | None]] = defaultdict(list)  # row numbers by row chunk
    for row in rows:
        piece = preview.audience.piece(row.piece)
        wanted[row_chunk_id(piece.file_id, piece.number)].append(row.row_number)
    values: Values = {}
    ids = sorted(wanted)
    for start in range(0, len(ids), CHUNKS_PER_READ):
        part = ids[start : start + CHUNKS_PER_READ]
        for chunk in (await runtime.stores.row_chunks.find_many(company_id, part)).values():
            values |= {
                (chunk.file_id, row.number): dict(row.values)
                for row in unpacked(chunk)
                if row.number in wanted[chunk.id]
            }
    return values
