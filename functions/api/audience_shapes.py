"""What an audience looks like going in and out: rows of files, or people."""

from collections.abc import Callable
from typing import Annotated, Any, ClassVar, Literal, Self

import msgspec
from pydantic import Field, model_validator

from functions.api.kit.channel_name import ChannelName
from functions.api.kit.shapes import Input, ItemId, Output
from functions.api.row_filter_shapes import RowFilterInput, RowFilterOutput
from shared.domain.campaigns.audience import (
    MOST_CHOSEN,
    Audience,
    Chosen,
    Everybody,
    FileAudience,
    FileRows,
    ListMembers,
    NewestFileAudience,
    PastedAddresses,
    PeopleAudience,
    PickedContacts,
    SegmentMembers,
)
from shared.domain.campaigns.pasted_list import MOST_TOGETHER
from shared.domain.channels.address_kinds import ADDRESS_CHARACTERS
from shared.domain.channels.channel import as_text

MOST_NAMED = MOST_TOGETHER  # of one list of ids or addresses; more are put on a list, or into a file
_Address = Annotated[str, Field(min_length=1, max_length=ADDRESS_CHARACTERS)]


def _made(struct: Callable[..., Chosen]) -> Callable[..., Chosen]:
    return lambda kind, **given: struct(**given)


class EverybodyShape(Input):
    """All contacts."""

    record_type: ClassVar[Callable[..., Any] | None] = _made(Everybody)
    kind: Literal["everybody"]


class ListMembersShape(Input):
    """The contacts on a list."""

    record_type: ClassVar[Callable[..., Any] | None] = _made(ListMembers)
    kind: Literal["list"]
    list_id: ItemId


class SegmentMembersShape(Input):
    """The contacts who meet a segment's criteria when the campaign fires."""

    record_type: ClassVar[Callable[..., Any] | None] = _made(SegmentMembers)
    kind: Literal["segment"]
    segment_id: ItemId


class PickedContactsShape(Input):
    """Contacts that were picked by hand."""

    record_type: ClassVar[Callable[..., Any] | None] = _made(PickedContacts)
    kind: Literal["contacts"]
    contact_ids: Annotated[tuple[ItemId, ...], Field(min_length=1, max_length=MOST_NAMED)]


class PastedAddressesShape(Input):
    """Addresses in any spelling, of contacts or of people who are not known."""

    record_type: ClassVar[Callable[..., Any] | None] = _made(PastedAddresses)
    kind: Literal["addresses"]
    channel: ChannelName
    addresses: Annotated[tuple[_Address, ...], Field(min_length=1, max_length=MOST_NAMED)]


class FileRowsShape(Input):
    """The rows of a loaded file, or those that `row_filter` takes."""

    record_type: ClassVar[Callable[..., Any] | None] = _made(FileRows)
    kind: Literal["file_rows"]
    file_id: ItemId
    row_filter: RowFilterInput | None = None


ChosenShape = Annotated[
    EverybodyShape
    | ListMembersShape
    | SegmentMembersShape
    | PickedContactsShape
    | PastedAddressesShape
    | FileRowsShape,
    Field(discriminator="kind"),
]
_Several = Annotated[tuple[ChosenShape, ...], Field(max_length=MOST_CHOSEN)]


def _audience(
    source_id: str | None = None,
    file_id: str | None = None,
    include: tuple[Chosen, ...] = (),
    exclude: tuple[Chosen, ...] = (),
) -> Audience:
    if source_id is None:
        return PeopleAudience(include=include, exclude=exclude)
    if file_id is None:
        return NewestFileAudience(source_id=source_id)
    return FileAudience(source_id=source_id, file_id=file_id)


class AudienceInput(Input):
    """Whom a campaign is for: rows of files by their `source_id`, or people by `include` and `exclude`.

    Of a source they are the rows of one file, or of the source's newest when it fires. A recurring campaign
    without `file_id` fires every file of the source once, in order of arrival.
    People are whoever is in one of `include` and in none of `exclude` when it fires, each once.
    """

    record_type: ClassVar[Callable[..., Any] | None] = _audience
    source_id: ItemId | None = None
    file_id: ItemId | None = None
    include: _Several = ()
    exclude: _Several = ()

    @model_validator(mode="after")
    def _is_one_of_both(self) -> Self:
        if self.source_id is None and not self.include:
            raise ValueError("name a source_id for rows of files, or include people")
        if self.source_id is not None and (self.include or self.exclude):
            raise ValueError("is for rows of a source, or for people: leave out source_id, or include")
        if self.source_id is None and self.file_id is not None:
            raise ValueError("file_id goes with source_id; people of a file are included as file_rows")
        return self


class FileRowsOutput(Output):
    """The rows of a loaded file, or those that `row_filter` takes."""

    kind: Literal["file_rows"]
    file_id: str
    row_filter: RowFilterOutput | None


_Shown = Annotated[
    EverybodyShape
    | ListMembersShape
    | SegmentMembersShape
    | PickedContactsShape
    | PastedAddressesShape
    | FileRowsOutput,
    Field(discriminator="kind"),
]


class AudienceOutput(Output):
    """Whom a campaign is for. Without `file_id`: the files of the source that are due when it fires.

    That of people has the source `contacts`, and says whom it includes and excludes.
    """

    source_id: str
    file_id: str | None = None
    include: tuple[_Shown, ...] = ()
    exclude: tuple[_Shown, ...] = ()

    @classmethod
    def derived(cls, record: Audience) -> dict[str, object]:
        """Whom it includes and excludes, as far as it is one of people."""
        if isinstance(record, PeopleAudience):
            shown: dict[str, object] = msgspec.to_builtins(record, enc_hook=as_text)
            return {"file_id": None, "include": shown["include"], "exclude": shown["exclude"]}
        return {"file_id": getattr(record, "file_id", None), "include": (), "exclude": ()}
