"""/v1/mailboxes: senders of email that sequences are sent from, with how much each may send a day."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any, ClassVar

from fastapi import APIRouter, Response
from pydantic import Field, StrictBool, StrictInt

from functions.api.kit.authentication import Reader, Sending
from functions.api.kit.paging import Page, list_page
from functions.api.kit.route import ApiRoute
from functions.api.kit.shapes import LEFT_OUT, Day, Input, ItemId, Listed, Output
from shared.domain.senders.sender import Provider
from shared.domain.sequences.mailbox import MOST_A_DAY, WarmUp
from shared.usecases.sequences.remove_mailbox import remove_mailbox
from shared.usecases.sequences.save_mailbox import create_mailbox, edit_mailbox
from shared.views import mailbox_health as health
from shared.views import sequences as view

router = APIRouter(prefix="/v1/mailboxes", tags=["mailboxes"], route_class=ApiRoute)

_Emails = Annotated[StrictInt, Field(ge=1, le=MOST_A_DAY)]


class WarmUpInput(Input):
    """How a new mailbox gets going: so many on the first day, and so many more on each day after."""

    record_type: ClassVar[Callable[..., Any] | None] = WarmUp
    begins_on: Day
    first_day: _Emails = 5
    more_each_day: _Emails = 5


class MailboxInput(Input):
    """A sender of email that sequences are to be sent from. `user_id` says whose mailbox it is, if one's."""

    sender_id: ItemId
    daily_capacity: _Emails
    warm_up: WarmUpInput | None = None
    user_id: ItemId | None = None


class MailboxChanges(Input):
    """What may be changed of a mailbox; what is left out stays. Null ends the warm-up."""

    daily_capacity: _Emails = LEFT_OUT
    warm_up: WarmUpInput | None = None
    user_id: ItemId | None = None
    is_paused: StrictBool = LEFT_OUT


class WarmUpOutput(Output):
    """How a new mailbox gets going."""

    begins_on: date
    first_day: int
    more_each_day: int


class MailboxOutput(Output):
    """A mailbox. Its id is its sender's. While it is paused others of the pool send in its place."""

    id: str
    email: str
    provider: Provider
    daily_capacity: int
    warm_up: WarmUpOutput | None
    user_id: str | None
    is_paused: bool
    created_at: datetime


class MailboxHealthOutput(Output):
    """How a mailbox is. The numbers are of the last `days`, mails of campaigns included.

    Of so many `sent`, `bounced` came back; `replied` counts what people wrote, machines not. The rates are
    parts of what was sent, from 0 to 1, and null where nothing was. `last_error` is why the newest of its
    mails that failed did. `is_sending` is false while it or its sender is paused, or that is gone:
    `paused_reason` says why, and `is_paused_by_itself` whether nobody of the company did that.
    """

    mailbox_id: str
    days: int
    sent: int
    bounced: int
    replied: int
    bounce_rate: float | None
    reply_rate: float | None
    is_sending: bool
    is_paused_by_itself: bool
    paused_reason: str
    last_error: str
    last_error_at: datetime | None


@router.post("", status_code=201)
async def add_mailbox(caller: Sending, body: MailboxInput, response: Response) -> MailboxOutput:
    """Have sequences sent from a sender of email. It comes into no sequence by itself."""
    given = body.given()
    made = await create_mailbox(caller.runtime, caller.company_id, given.pop("sender_id"), **given)
    response.headers["Location"] = f"/v1/mailboxes/{made.id}"
    return MailboxOutput.of(made)


@router.get("")
async def list_mailboxes(
    caller: Reader, paging: Page, is_paused: bool | None = None, user_id: ItemId | None = None
) -> Listed[MailboxOutput]:
    """The company's mailboxes, newest first."""
    return await list_page(
        caller, paging, MailboxOutput, view.list_mailboxes, is_paused=is_paused, user_id=user_id
    )


@router.get("/{mailbox_id}")
async def get_mailbox(caller: Reader, mailbox_id: ItemId) -> MailboxOutput:
    """One mailbox."""
    return MailboxOutput.of(await view.get_mailbox(caller.runtime, caller.company_id, mailbox_id))


@router.get("/{mailbox_id}/health")
async def get_mailbox_health(caller: Reader, mailbox_id: ItemId) -> MailboxHealthOutput:
    """What came back of a mailbox's mails in the last days, what was answered, and whether it sends."""
    found = await health.get_mailbox_health(caller.runtime, caller.company_id, mailbox_id)
    return MailboxHealthOutput.of(found)


@router.patch("/{mailbox_id}")
async def change_mailbox(caller: Sending, mailbox_id: ItemId, body: MailboxChanges) -> MailboxOutput:
    """Change how much a mailbox sends a day, its warm-up, whose it is, or pause it."""
    changed = await edit_mailbox(caller.runtime, caller.company_id, mailbox_id, body.given())
    return MailboxOutput.of(changed)


@router.delete("/{mailbox_id}", status_code=204)
async def delete_mailbox(caller: Sending, mailbox_id: ItemId) -> None:
    """Take a mailbox out of all sequences. Its sender stays, and can be made a mailbox again."""
    await remove_mailbox(caller.runtime, caller.company_id, mailbox_id)
