"""A chunk of a file's rows: hundreds of rows in one document, so that a file costs few writes."""

from msgspec import Struct

from shared.domain.ids import computed_id

ROWS_PER_CHUNK = 300
ROW_CHARACTERS = (
    100_000  # of a row's values together; at four bytes each a failure that holds them fits 1 MiB
)


class RowChunk(Struct, frozen=True, kw_only=True):
    """Some rows of a file, after `rows_before` others.

    `rows` is their compressed JSON, `remarks` that of what is said of few of them: marks, and who mended them
    (shared/firestore/row_chunks.py). `time_zones` are theirs: one for each, one that holds for all, or none
    in an older chunk.
    """

    id: str
    file_id: str
    number: int
    row_count: int
    rows_before: int
    rows: bytes
    marked_count: int = 0
    remarks: bytes = b""
    time_zones: tuple[str, ...] = ()


def row_chunk_id(file_id: str, number: int) -> str:
    """A chunk's id follows from its place, so loading again writes the same documents."""
    return computed_id(file_id, "rows", number)
