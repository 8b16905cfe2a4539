"""Whom a campaign is for, in words."""

from collections.abc import Iterable, Mapping

from msgspec import Struct

from functions.portal.kit.visit import Visit
from functions.portal.kit.wording import number
from shared.domain.campaigns.audience import (
    Audience,
    Chosen,
    Everybody,
    FileRows,
    ListMembers,
    PastedAddresses,
    PeopleAudience,
    PickedContacts,
    SegmentMembers,
)
from shared.views.names import audience_names


class AudienceWords(Struct, frozen=True):
    """Who gets it, and who of them does not."""

    include: list[str]
    exclude: list[str]


async def audience_words(visit: Visit, audience: Audience) -> AudienceWords | None:
    """The parts of an audience of people as people call them; None for rows of files."""
    if not isinstance(audience, PeopleAudience):
        return None
    names = await audience_names(visit.runtime, visit.company_id, audience)
    return AudienceWords(called(audience.include, names), called(audience.exclude, names))


def called(several: Iterable[Chosen], names: Mapping[str, str]) -> list[str]:
    """What people call these parts. `names` are of lists, segments and files by id."""
    parts = list(several)
    addresses = sum(len(one.addresses) for one in parts if isinstance(one, PastedAddresses))
    found = [_called(one, names) for one in parts if not isinstance(one, PastedAddresses)]
    return found + ([_counted(addresses, "pasted address", "pasted addresses")] if addresses else [])


def _called(chosen: Chosen, names: Mapping[str, str]) -> str:
    match chosen:
        case Everybody():
            return "all contacts"
        case ListMembers(list_id=list_id):
            return f"the list {names[list_id]}" if list_id in names else "a list that is gone"
        case SegmentMembers(segment_id=segment_id):
            return f"the segment {names[segment_id]}" if segment_id in names else "a segment that is gone"
        case PickedContacts(contact_ids=ids):
            return _counted(len(ids), "person picked one by one", "people picked one by one")
        case FileRows(file_id=file_id, row_filter=row_filter):
            rows = f"the rows of {names.get(file_id, 'a file that is gone')}"
            return f"{rows} that meet a filter" if row_filter else rows
        case PastedAddresses(addresses=addresses):
            return _counted(len(addresses), "pasted address", "pasted addresses")


def _counted(count: int, one: str, several: str) -> str:
    return f"{number(count)} {one if count == 1 else several}"
