"""Whom a campaign is for, and what that came to when it fired.

What a campaign says (`Audience`) and what a fire found (`AudiencePart`) are tagged unions, as msgspec stores
them: another way to name people is another class here and a case where the audience is read
(shared/usecases/campaigns), and nothing in planning or sending.
"""

from collections.abc import Sequence
from itertools import takewhile

import msgspec
from msgspec import Struct

from shared.domain.channels.channel import Channel
from shared.domain.files.row_filter import RowFilter
from shared.domain.files.source import CONTACTS
from shared.domain.ids import computed_id


class FileAudience(msgspec.Struct, frozen=True, kw_only=True, tag="file"):
    """The rows of one file."""

    source_id: str
    file_id: str


class NewestFileAudience(msgspec.Struct, frozen=True, kw_only=True, tag="newest_file"):
    """The rows of the file of a source that is the newest when the campaign fires.

    Of a recurring campaign: those of every file of the source that it has not fired yet.
    """

    source_id: str


class Everybody(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="everybody"):
    """All contacts."""


class ListMembers(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="list"):
    """The contacts on a list."""

    list_id: str


class SegmentMembers(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="segment"):
    """The contacts that meet a segment's criteria when the campaign fires."""

    segment_id: str


class PickedContacts(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="contacts"):
    """Contacts that somebody picked."""

    contact_ids: tuple[str, ...]


class PastedAddresses(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="addresses"):
    """Addresses on one channel, of contacts or of nobody that is known."""

    channel: Channel
    addresses: tuple[str, ...]


class FileRows(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="file_rows"):
    """The rows of a loaded file that its filter takes."""

    file_id: str
    row_filter: RowFilter | None = None


Chosen = Everybody | ListMembers | SegmentMembers | PickedContacts | PastedAddresses | FileRows


class PeopleAudience(msgspec.Struct, frozen=True, kw_only=True, tag="people"):
    """Whoever is in one of `include` and in none of `exclude` when the campaign fires, each person once."""

    include: tuple[Chosen, ...]
    exclude: tuple[Chosen, ...] = ()

    @property
    def source_id(self) -> str:
        """The source of everything that is sent to people rather than to rows of a file."""
        return CONTACTS

    def chosen(self) -> tuple[Chosen, ...]:
        """All that it is made of."""
        return (*self.include, *self.exclude)


Audience = FileAudience | NewestFileAudience | PeopleAudience


class FilePart(msgspec.Struct, frozen=True, kw_only=True, tag="file"):
    """All rows of a file, as they were loaded: so many in so many row chunks."""

    file_id: str
    recipient_count: int
    chunk_count: int

    def piece(self, number: int) -> "Piece":
        """The rows of one chunk."""
        return RowsPiece(file_id=self.file_id, number=number)


class PeoplePart(msgspec.Struct, frozen=True, kw_only=True, tag="people"):
    """Everybody whom an audience of people came to, each a row of the file that they became."""

    file_id: str
    recipient_count: int
    chunk_count: int

    def piece(self, number: int) -> "Piece":
        """Those of one chunk."""
        return PeoplePiece(file_id=self.file_id, number=number)


AudiencePart = FilePart | PeoplePart


class RowsPiece(msgspec.Struct, frozen=True, kw_only=True, tag="rows"):
    """The rows of one row chunk of a file."""

    file_id: str
    number: int


class PeoplePiece(msgspec.Struct, frozen=True, kw_only=True, tag="people"):
    """The people of one row chunk."""

    file_id: str
    number: int


Piece = RowsPiece | PeoplePiece
MOST_LEFT_OUT = 50
MOST_CHOSEN = 20  # parts that include people, and as many that exclude some
NAMED = 5  # in a sentence


class LeftOut(Struct, frozen=True, kw_only=True):
    """A file of the source whose rows the audience does not have, and why, as the end of a sentence."""

    file_id: str
    name: str
    reason: str


class FoundAudience(Struct, frozen=True, kw_only=True):
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

    def piece(self, number: int) -> Piece:
        """The piece with this number, counted from 0 through all parts."""
        for part in self.parts:
            if number < part.chunk_count:
                return part.piece(number)
            number -= part.chunk_count
        raise ValueError("the audience has no piece of that number")

    def recipients_before(self, file_id: str) -> int:
        """How many recipients the parts before this file's have."""
        before = takewhile(lambda part: part.file_id != file_id, self.parts)
        return sum(part.recipient_count for part in before)

    @property
    def file_ids(self) -> tuple[str, ...]:
        """The files it consists of."""
        return tuple(part.file_id for part in self.parts)

    @property
    def key(self) -> str:
        """The same for the same recipients; empty when there are none to be found."""
        return computed_id("files", *self.file_ids) if self.parts else ""


class DueAudience(Struct, frozen=True, kw_only=True):
    """Whom a campaign fires for next. `left_out` are files one may expect in it, at most `MOST_LEFT_OUT`.

    `waits_for` says why it must wait, when all it could fire for is a file that is held or loading.
    """

    audience: FoundAudience
    left_out: tuple[LeftOut, ...] = ()
    waits_for: str | None = None


def left_out_words(left_out: Sequence[LeftOut]) -> str:
    """Which files were left out and why, as sentences; empty when there are none."""
    named = [f"{one.name} was left out: {one.reason.rstrip('.')}." for one in left_out[:NAMED]]
    more = len(left_out) - len(named)
    return " ".join([*named, f"And {more} more."] if more > 0 else named)
