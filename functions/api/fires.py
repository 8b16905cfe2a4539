"""/v1/fires: runs of campaigns, with their ledger."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import Field

from functions.api.campaign_shapes import SendAgainOutput
from functions.api.kit.authentication import Reader, Sending
from functions.api.kit.paging import Page, list_page
from functions.api.kit.route import ApiRoute
from functions.api.kit.shapes import FieldName, Input, ItemId, Listed, Output
from shared.domain.fires.fire import EmptyBecause, Fire, FireState, ProgressStatus
from shared.domain.fires.group_resend import GroupResendState
from shared.domain.fires.resending import LeftOut, ResendGroup, Unreached
from shared.usecases.fires.foresee_resend import foresee_resend
from shared.usecases.fires.start_resend import start_resend
from shared.views import fires as view
from shared.views.fires import LiveFire

router = APIRouter(prefix="/v1/fires", tags=["fires"], route_class=ApiRoute)


class LedgerOutput(Output):
    """planned = sent + skipped + failed + unknown + pending, at any moment.

    Beside it, `filtered` counts recipients whom the campaign's row filter did not take: they are not planned.
    """

    planned: int
    sent: int
    skipped: int
    failed: int
    unknown: int
    pending: int
    filtered: int
    is_balanced: bool


class StepLedgerOutput(Output):
    """The ledger of one step. All steps' add up to the fire's."""

    step_id: str
    ledger: LedgerOutput


class LaterStepOutput(Output):
    """A step that is still to come: `due_at` is null until the sending of the step before has ended."""

    step_id: str
    after: str
    seconds: int
    due_at: datetime | None


class ProgressOutput(Output):
    """The newest stored summary."""

    ledger: LedgerOutput
    status: ProgressStatus
    percent: int
    updated_at: datetime


class PaceOutput(Output):
    """How fast it goes: `per_minute` messages were handed over in each of the last minutes, five at most.

    `ends_at` is when all that is planned has probably gone out, and `goes_on_at` when the next message goes
    out, where that is not at once. `why` says what it waits for, or why nobody knows the end.
    """

    per_minute: int
    ends_at: datetime | None
    goes_on_at: datetime | None
    why: str


class LeftOutOutput(Output):
    """A file of the source that the fire does not have, and why."""

    file_id: str
    name: str
    reason: str


class FireOutput(Output):
    """One run of a campaign. `file_ids` are the files it has, in order, and `left_out` those it has not.

    `is_gathering` while the people of its audience are being found. `empty_because` says why it has nobody
    at all: `no_file`, `no_new_file` (a quiet day of a recurring campaign), `no_rows`, `no_people`.
    `send_again` is the choice it was fired with.
    """

    id: str
    campaign_id: str
    file_id: str | None
    file_ids: tuple[str, ...]
    left_out: tuple[LeftOutOutput, ...]
    empty_because: EmptyBecause | None
    send_again: SendAgainOutput
    content_hash: str
    state: FireState
    planned: int
    is_closed: bool
    is_gathering: bool
    note: str
    fired_at: datetime

    @classmethod
    def derived(cls, record: Fire) -> dict[str, object]:
        """Its files; `file_id` is the first."""
        file_ids = record.audience.file_ids
        return {"file_id": next(iter(file_ids), None), "file_ids": file_ids}


class LiveFireOutput(FireOutput):
    """A fire with its ledger as counted now, and the newest stored summary.

    `steps` are those that are planned, `later_steps` those to come. `waits_for` says in sentences what holds
    it back: a paused campaign, a paused sender and why. `pace` is null once it is closed.
    """

    status: ProgressStatus
    percent: int
    ledger: LedgerOutput
    steps: list[StepLedgerOutput]
    later_steps: list[LaterStepOutput]
    progress: ProgressOutput | None
    waits_for: list[str]
    pace: PaceOutput | None


def live_output(live: LiveFire) -> LiveFireOutput:
    """The fire as it stands."""
    books = live.books
    return LiveFireOutput.of(
        books.fire,
        status=books.status,
        percent=books.percent,
        planned=books.ledger.planned,
        ledger=books.ledger,
        steps=books.steps,
        later_steps=books.fire.later,
        progress=live.progress,
        waits_for=live.waits_for,
        pace=live.pace,
        note=live.note,
    )


@router.get("")
async def list_fires(
    caller: Reader,
    paging: Page,
    campaign_id: ItemId | None = None,
    file_id: ItemId | None = None,
    state: FireState | None = None,
    is_closed: bool | None = None,
) -> Listed[FireOutput]:
    """Runs of one campaign, for one file, or of all, newest first by `fired_at`."""
    return await list_page(
        caller,
        paging,
        FireOutput,
        view.list_fires,
        campaign_id=campaign_id,
        file_id=file_id,
        state=state,
        is_closed=is_closed,
    )


@router.get("/{fire_id}")
async def get_fire(caller: Reader, fire_id: ItemId) -> LiveFireOutput:
    """One run, counted now."""
    return live_output(await view.get_live_fire(caller.runtime, caller.company_id, fire_id))


class ResendInput(Input):
    """For which reasons: of the groups that `resend-effect` names.

    Of a fire with more than are looked at also others: `not_delivered` with a code of its report's
    `undelivered`.
    """

    reasons: Annotated[tuple[FieldName, ...], Field(min_length=1, max_length=100)]


class ResendGroupOutput(Output):
    """Messages that came to nothing in the same way: `refused` by the provider, or taken and `not_delivered`.

    `again` is how many would be sent again; `left_out` counts the others by why not.
    """

    reason: str
    kind: Unreached
    code: str
    words: str
    again: int
    left_out: dict[LeftOut, int]

    @classmethod
    def derived(cls, record: ResendGroup) -> dict[str, object]:
        """Its messages as a number."""
        return {"again": len(record.again), "left_out": dict(record.left_out)}


class ResendEffectOutput(Output):
    """What it would come to. `total` messages came to nothing; `is_all`: all of them were looked at.

    Where there are more, the numbers are those of the first 1,000 of each kind.
    """

    groups: tuple[ResendGroupOutput, ...]
    total: int
    is_all: bool


class ResendOutput(Output):
    """Messages that are sent again: `count` by now, when `looked_at` of `total` were looked at.

    `left_out` counts those of the chosen groups that are not sent again, by why not. One that was `refused`
    ended before its end: `note` says why.
    """

    id: str
    fire_id: str
    reasons: tuple[str, ...]
    state: GroupResendState
    asked_at: datetime
    total: int
    looked_at: int
    count: int
    left_out: dict[LeftOut, int]
    note: str


@router.get("/{fire_id}/resend-effect")
async def get_resend_effect(caller: Reader, fire_id: ItemId) -> ResendEffectOutput:
    """To whom the fire's messages could be sent again, by why they did not arrive. Nothing is changed."""
    effect = await foresee_resend(caller.runtime, caller.company_id, fire_id)
    groups = tuple(ResendGroupOutput.of(group) for group in effect.groups)
    return ResendEffectOutput(groups=groups, total=effect.total, is_all=effect.is_all)


@router.post(
    "/{fire_id}/resend", responses={202: {"model": ResendOutput, "description": "A worker does it."}}
)
async def resend_fire(
    caller: Sending, fire_id: ItemId, body: ResendInput, response: Response
) -> ResendOutput:
    """Send what provably did not arrive again, for the reasons that are named.

    Each message is sent once more as a new one with `resend_of`, never one whose outcome is unknown. Asked
    again, it sends none twice. Of more than 500 a worker does it: then the answer is 202, and
    `Location` is where to ask how far it came.
    """
    by = f"api key {caller.key.id}"
    asked = await start_resend(caller.runtime, caller.company_id, fire_id, body.reasons, by=by)
    response.status_code = 202 if asked.state is GroupResendState.WAITING else 200
    response.headers["Location"] = f"/v1/fires/{fire_id}/resends/{asked.id}"
    return ResendOutput.of(asked)


@router.get("/{fire_id}/resends/{resend_id}")
async def get_fire_resend(caller: Reader, fire_id: ItemId, resend_id: ItemId) -> ResendOutput:
    """How far a resend came."""
    return ResendOutput.of(await view.get_resend(caller.runtime, caller.company_id, fire_id, resend_id))
