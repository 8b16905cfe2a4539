"""/v1/deletions: forget a person, and the proof of it. The address is in the body, as URLs are logged."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from functions.api.kit.authentication import Admin
from functions.api.kit.channel_name import ChannelName
from functions.api.kit.paging import Page, list_page
from functions.api.kit.route import ApiRoute
from functions.api.kit.shapes import Input, ItemId, Listed, Output
from shared.domain.deletion import DeletionState
from shared.usecases.contacts.start_deletion import start_deletion
from shared.views import deletions as view

router = APIRouter(prefix="/v1/deletions", tags=["deletions"], route_class=ApiRoute)


class PersonInput(Input):
    """Who is to be forgotten."""

    channel: ChannelName
    address: Annotated[str, Field(min_length=1, max_length=320)]


class DeletionOutput(Output):
    """What was deleted, by class, and how far it is while it is `running`.

    `part` is what is looked through now, `looked_through` how much was. What the last run had to leave is
    `left`: another follows by itself some minutes later, until nothing is.
    """

    id: str
    state: DeletionState
    asked_by: str
    started_at: datetime
    ended_at: datetime | None
    runs: int
    removed: dict[str, int]
    left: dict[str, int]
    part: str
    looked_through: dict[str, int]


@router.post("")
async def forget_one_person(caller: Admin, body: PersonInput) -> DeletionOutput:
    """Delete what is held about an address: messages, replies, rows, uploads. A refusal stays, as a hash.

    It goes on after this answer; the record, by its `id`, says how far it is. Asked for while it is under
    way, it is looked through once more for what came since.
    """
    asked_by = f"API key {caller.key.prefix}"
    begun = await start_deletion(
        caller.runtime, caller.company_id, body.channel, body.address, asked_by=asked_by
    )
    return DeletionOutput.of(begun)


@router.get("")
async def list_deletions(
    caller: Admin, paging: Page, state: DeletionState | None = None
) -> Listed[DeletionOutput]:
    """The records of all people who were forgotten, newest first by `started_at`."""
    return await list_page(caller, paging, DeletionOutput, view.list_deletions, state=state)


@router.get("/{deletion_id}")
async def get_deletion(caller: Admin, deletion_id: ItemId) -> DeletionOutput:
    """One record."""
    return DeletionOutput.of(await view.get_deletion(caller.runtime, caller.company_id, deletion_id))
