"""/v1/contact-merges: contacts that are one person are found, merged, and parted again."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import Field, StringConstraints

from functions.api.contacts import ContactOutput, WholeContactOutput, get_contact
from functions.api.kit.authentication import Reader, Writer
from functions.api.kit.author import author_of
from functions.api.kit.idempotency import new_id
from functions.api.kit.route import ApiRoute
from functions.api.kit.shapes import FieldName, Input, ItemId, Output
from shared.domain.contacts.merging import Merged
from shared.usecases.contacts.merge_contacts import MergeWish, merge_contacts, preview_merge, undo_merge
from shared.views.contacts import KnownContact, know_contacts
from shared.views.duplicates import DuplicateBy, find_duplicates

router = APIRouter(prefix="/v1/contact-merges", tags=["contacts"], route_class=ApiRoute)
_Take = Annotated[str, StringConstraints(min_length=1, max_length=100)]


class MergeInput(Input):
    """The contact `contact_id` stays, and gets all that `other_id` has, which is then gone.

    Where both have something else, the first one's stays, but for what `take` names: `name`, `key`,
    `language`, `time_zone`, or `fields.` and the id of a field of yours. With `version` and
    `other_version` it is refused when a contact has another one: somebody changed it since you looked.
    """

    contact_id: ItemId
    other_id: ItemId
    take: Annotated[tuple[_Take, ...], Field(max_length=200)] = ()
    version: int | None = None
    other_version: int | None = None

    def wish(self) -> MergeWish:
        """What is to be merged."""
        versions = {self.contact_id: self.version, self.other_id: self.other_version}
        return MergeWish(
            survivor_id=self.contact_id,
            other_id=self.other_id,
            take=self.take,
            versions={one: version for one, version in versions.items() if version is not None},
        )


class ConflictOutput(Output):
    """What both have, and differently: `kept` stays, `dropped` goes."""

    field: str
    kept: str
    dropped: str


class MergePreviewOutput(Output):
    """The contact that would come of a merge, and what the two contradict each other in."""

    contact: ContactOutput
    conflicts: tuple[ConflictOutput, ...]


class MergeOutput(Output):
    """A merge that was done: its `id` undoes it."""

    id: str
    contact: WholeContactOutput


class PartedOutput(Output):
    """Both contacts as they were before the merge, the one that had stayed first."""

    contacts: tuple[WholeContactOutput, ...]


class DuplicatesOutput(Output):
    """Contacts that may be one person, the oldest first. Who shares an address may be a family."""

    contacts: tuple[ContactOutput, ...]
    has_same_name: bool


class FoundDuplicatesOutput(Output):
    """The first hundred groups; merge some and ask again where there are more."""

    items: tuple[DuplicatesOutput, ...]
    has_more: bool


@router.get("/duplicates")
async def list_duplicates(
    caller: Reader, by: DuplicateBy = DuplicateBy.ADDRESS, field: FieldName | None = None
) -> FoundDuplicatesOutput:
    """Contacts that have an address in common, or their name and the date in your `field`."""
    found = await find_duplicates(caller.runtime, caller.company_id, by, field)
    several = [one for group in found.groups for one in group.contacts]
    known = {one.id: one for one in await know_contacts(caller.runtime, caller.company_id, several)}
    return FoundDuplicatesOutput(
        items=tuple(
            DuplicatesOutput(
                contacts=tuple(ContactOutput.of(known[one.id]) for one in group.contacts),
                has_same_name=group.has_same_name,
            )
            for group in found.groups
        ),
        has_more=found.has_more,
    )


@router.post("/preview")
async def preview_one_merge(caller: Writer, body: MergeInput) -> MergePreviewOutput:
    """What would come of a merge. Nothing is changed."""
    found = await preview_merge(caller.runtime, caller.company_id, body.wish())
    return await _shown(caller, found)


async def _shown(caller: Writer, found: Merged) -> MergePreviewOutput:
    known: list[KnownContact] = await know_contacts(caller.runtime, caller.company_id, [found.contact])
    return MergePreviewOutput(
        contact=ContactOutput.of(known[0]),
        conflicts=tuple(ConflictOutput.of(one) for one in found.conflicts),
    )


@router.post("", status_code=201)
async def merge_two_contacts(
    caller: Writer, body: MergeInput, request: Request, response: Response
) -> MergeOutput:
    """Merge two contacts. The one that stays has the history of both; messages to the other are its own."""
    merge_id = new_id(request)
    await merge_contacts(caller.runtime, caller.company_id, merge_id, body.wish(), author_of(caller))
    response.headers["Location"] = f"/v1/contacts/{body.contact_id}"
    return MergeOutput(id=merge_id, contact=await get_contact(caller, body.contact_id))


@router.post("/{merge_id}/undo")
async def undo_one_merge(caller: Writer, merge_id: ItemId) -> PartedOutput:
    """Have both contacts be what they were; refused where one of them was changed since."""
    ids = await undo_merge(caller.runtime, caller.company_id, merge_id, author_of(caller))
    return PartedOutput(contacts=tuple([await get_contact(caller, one) for one in ids]))
