"""A file: one uploaded packet of rows, and what became of it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from shared.domain.errors import RollcallError


class FileState(StrEnum):
    """Where a file is on its way in."""

    AWAITING_UPLOAD = "awaiting_upload"
    LOADING = "loading"
    LOADED = "loaded"
    REFUSED = "refused"  # as a whole, with `refusal` saying why


class FileRefused(RollcallError):
    """A file cannot be taken at all. `reason` is for people: what is wrong, where, and how to mend it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, kw_only=True, slots=True)
class File:
    """One uploaded file. A file is taken once: by object generation and by content.

    `sheet` is the one asked for at upload, then the one read; `header_row` is where its columns' names stand.
    `notes` say, for people, what was chosen and left out. `hidden_count` rows were hidden and left out.
    """

    id: str
    source_id: str
    name: str
    object_name: str
    created_at: datetime
    state: FileState = FileState.AWAITING_UPLOAD
    accepts_repeat: bool = False
    generation: str | None = None
    content_hash: str | None = None
    size: int = 0
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    header_row: int | None = None
    notes: tuple[str, ...] = ()
    percent: int = 0
    row_count: int = 0
    rejected_count: int = 0
    hidden_count: int = 0
    chunk_count: int = 0
    rejected_object_name: str | None = None
    refusal: str | None = None
    attempt: int = 0
    lease_token: str | None = None
    lease_until: datetime | None = None
    loaded_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One record of a file. `number` counts as a spreadsheet does: the header is row 1.

    Values are text as cleaned: ISO 8601 for dates and times, plain decimals for numbers.
    An empty cell is an absent field.
    """

    number: int
    values: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class RejectedRow:
    """A record that could not be read, with the cell to mend. `cells` are the row as it stood."""

    number: int
    column: str
    value: str
    reason: str
    cells: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class FileContent:
    """Which file of a source had a content first. The id is that of source and content."""

    id: str
    file_id: str
