"""Whom a campaign is for, and what that came to when it fired.

What a campaign says (`Audience`) and what a fire found (`AudiencePart`) are tagged unions, as msgspec stores
them: another way to name people is another class here and a case where the audience is read
(shared/usecases/campaigns), and nothing in planning or sending.
"""

from dataclasses import dataclass

import msgspec

from shared.domain.ids import computed_id


class FileAudience(msgspec.Struct, frozen=True, kw_only=True, tag="file"):
    """The rows of one file."""

    source_id: str
    file_id: str


class NewestFileAudience(msgspec.Struct, frozen=True, kw_only=True, tag="newest_file"):
    """The rows of the file of a source that is the newest when the campaign fires."""

    source_id: str


Audience = FileAudience | NewestFileAudience


class FilePart(msgspec.Struct, frozen=True, kw_only=True, tag="file"):
    """All rows of a file, as they were loaded: so many in so many row chunks."""

    file_id: str
    recipient_count: int
    chunk_count: int


AudiencePart = FilePart


class RowsPiece(msgspec.Struct, frozen=True, kw_only=True, tag="rows"):
    """The rows of one row chunk of a file."""

    file_id: str
    number: int


Piece = RowsPiece


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundAudience:
    """What an audience came to: parts whose recipients do not change any more, read piece by piece."""

    parts: tuple[AudiencePart, ...] = ()

    @property
    def recipient_count(self) -> int:
        """How many recipients it has."""
        return sum(part.recipient_count for part in self.parts)

    @property
    def chunk_count(self) -> int:
        """In how many pieces it is read."""
        return sum(part.chunk_count for part in self.parts)

    @property
    def file_ids(self) -> tuple[str, ...]:
        """The files it consists of."""
        return tuple(part.file_id for part in self.parts)

    @property
    def key(self) -> str:
        """The same for the same recipients; empty when there are none to be found."""
        return computed_id("files", *self.file_ids) if self.parts else ""
