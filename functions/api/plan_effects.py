"""/v1/sequence-plan/effect: what a change would do to those who wait, before it is made."""

from datetime import datetime
from functools import partial
from typing import Annotated, Literal

from fastapi import APIRouter, Response
from msgspec.structs import fields
from pydantic import Field, StrictInt

from functions.api.kit.authentication import Reader, Writer
from functions.api.kit.route import ApiRoute
from functions.api.kit.shapes import Input, ItemId, Output
from functions.api.mailboxes import MailboxChanges
from functions.api.sequence_shapes import SequenceChanges
from shared.domain.sequences.editing import Place, in_state, with_fields, with_places
from shared.domain.sequences.mailbox import MOST_A_DAY
from shared.domain.sequences.plan_effect import EffectState, PlanEffect
from shared.domain.sequences.sequence import LONGEST_WAIT_DAYS, MOST_STEPS, SequenceState
from shared.domain.sequences.what_if import Effect, MailboxEdit, MoreMailboxes, SequenceEdit, WhatIf
from shared.usecases.sequences.ask_effect import ask_effect
from shared.views.sequences import get_effect

router = APIRouter(prefix="/v1/sequence-plan", tags=["sequences"], route_class=ApiRoute)
MOST_MORE = 200


class SequenceEffectInput(Input):
    """Other values of a sequence: its window, days, holidays, pool."""

    kind: Literal["sequence"]
    sequence_id: ItemId
    changes: SequenceChanges


class PlaceInput(Input):
    """A step in the new order; without an `id` it is a new one."""

    id: ItemId | None = None
    wait_days: Annotated[StrictInt, Field(ge=0, le=LONGEST_WAIT_DAYS)]


class StepsEffectInput(Input):
    """All steps of a sequence as they would be. One that is not among them would be removed."""

    kind: Literal["steps"]
    sequence_id: ItemId
    steps: Annotated[tuple[PlaceInput, ...], Field(min_length=1, max_length=MOST_STEPS)]


class MailboxEffectInput(Input):
    """Other values of a mailbox; with null it would be removed."""

    kind: Literal["mailbox"]
    mailbox_id: ItemId
    changes: MailboxChanges | None


class MoreMailboxesInput(Input):
    """So many more mailboxes for a sequence, each with this capacity: how much earlier would it finish?"""

    kind: Literal["more_mailboxes"]
    sequence_id: ItemId
    count: Annotated[StrictInt, Field(ge=1, le=MOST_MORE)]
    daily_capacity: Annotated[StrictInt, Field(ge=1, le=MOST_A_DAY)]


class ResumeEffectInput(Input):
    """A draft or a paused sequence would send from now on: when would it finish, and whom would it delay?"""

    kind: Literal["resume"]
    sequence_id: ItemId


class EffectInput(Input):
    """A change to be looked at."""

    change: Annotated[
        SequenceEffectInput | StepsEffectInput | MailboxEffectInput | MoreMailboxesInput | ResumeEffectInput,
        Field(discriminator="kind"),
    ]


class ForeseenFinishOutput(Output):
    """When a sequence has sent its last email, now and after the change. Null: nothing is planned."""

    sequence_id: str
    before: datetime | None
    after: datetime | None


class PlanEffectOutput(Output):
    """What the change does. Each person has one email that waits.

    Of the `pending` ones `kept` stay where they are and `moved` get another time or mailbox:
    `to_other_mailbox` of them, `earlier` and `later` by days. Beside them `rewritten` get another step or
    wait other days, and `canceled` get nothing more. `unplaced` find no day. `words` say when
    sequences finish. While it is `running` the numbers are null: ask again by its `id`, for a day. Where it
    `failed`, `note` says why.
    """

    id: str
    state: EffectState
    note: str
    pending: int | None
    kept: int | None
    moved: int | None
    to_other_mailbox: int | None
    earlier: int | None
    later: int | None
    rewritten: int | None
    canceled: int | None
    unplaced: int | None
    finishes: tuple[ForeseenFinishOutput, ...]
    words: tuple[str, ...]

    @classmethod
    def derived(cls, record: PlanEffect) -> dict[str, object]:
        """The numbers, once there are some, and the finish dates as they are shown."""
        found = record.found
        if found is None:
            return dict.fromkeys(_NUMBERS) | {"finishes": (), "words": ()}
        finishes = tuple(map(ForeseenFinishOutput.of, found.finishes))
        numbers = {name: getattr(found, name) for name in _NUMBERS}
        return numbers | {"finishes": finishes, "words": found.words}


_NUMBERS = tuple(one.name for one in fields(Effect) if one.name not in ("finishes", "words"))


@router.post("/effect", responses={202: {"model": PlanEffectOutput, "description": "A worker finds it."}})
async def foresee_plan_change(caller: Writer, body: EffectInput, response: Response) -> PlanEffectOutput:
    """Look at a change before it is made: whom it moves, and when sequences finish. Nothing of it is stored.

    Where many emails wait a worker finds it: then the answer is 202, and `Location` is where to ask again.
    """
    asked = await ask_effect(caller.runtime, caller.company_id, _what_if(body))
    response.status_code = 202 if asked.state is EffectState.RUNNING else 200
    response.headers["Location"] = f"/v1/sequence-plan/effect/{asked.id}"
    return PlanEffectOutput.of(asked)


@router.get("/effect/{effect_id}")
async def get_plan_effect(caller: Reader, effect_id: ItemId) -> PlanEffectOutput:
    """What a change would do that was asked for before."""
    return PlanEffectOutput.of(await get_effect(caller.runtime, caller.company_id, effect_id))


def _what_if(body: EffectInput) -> WhatIf:
    match body.change:
        case SequenceEffectInput(sequence_id=sequence_id, changes=changes):
            return SequenceEdit(sequence_id=sequence_id, edit=partial(with_fields, changes=changes.given()))
        case StepsEffectInput(sequence_id=sequence_id, steps=steps):
            places = tuple(Place(step_id=one.id, wait_days=one.wait_days) for one in steps)
            return SequenceEdit(sequence_id=sequence_id, edit=partial(with_places, places=places))
        case MailboxEffectInput(mailbox_id=mailbox_id, changes=given):
            return MailboxEdit(mailbox_id=mailbox_id, changes=None if given is None else given.given())
        case MoreMailboxesInput(sequence_id=sequence_id, count=count, daily_capacity=capacity):
            return MoreMailboxes(sequence_id=sequence_id, count=count, daily_capacity=capacity)
        case ResumeEffectInput(sequence_id=sequence_id):
            resumed = partial(in_state, state=SequenceState.ACTIVE)
            return SequenceEdit(sequence_id=sequence_id, edit=resumed)
