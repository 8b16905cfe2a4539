"""/v1/sequences: emails with days between them, from a pool of mailboxes, and the people who get them."""

from functools import partial

from fastapi import APIRouter, Request, Response

from functions.api.kit.authentication import Caller, Reader, Sending, Writer
from functions.api.kit.idempotency import new_id
from functions.api.kit.paging import Page, list_page
from functions.api.kit.route import ApiRoute
from functions.api.kit.shapes import ItemId, Listed, Name
from functions.api.sequence_answers import (
    EnrollingOutput,
    EnrollmentOutput,
    EnrollmentPathOutput,
    PreviewedStepOutput,
    PreviewOutput,
)
from functions.api.sequence_shapes import (
    EnrollInput,
    OrderInput,
    PreviewInput,
    SequenceChanges,
    SequenceInput,
    SequenceOutput,
    StepChanges,
    StepInput,
)
from shared.domain.ids import computed_id
from shared.domain.sequences.editing import (
    in_new_order,
    in_state,
    with_changed_step,
    with_fields,
    with_step,
    without_step,
)
from shared.domain.sequences.enrollment import EnrollmentState
from shared.domain.sequences.sequence import Sequence, SequenceState, SequenceStep
from shared.usecases.sequences.end_enrollment import end_enrollment
from shared.usecases.sequences.preview_steps import preview_steps
from shared.usecases.sequences.save_sequence import create_sequence, edit_sequence
from shared.usecases.sequences.start_enrolling import start_enrolling
from shared.views import sequences as view

router = APIRouter(prefix="/v1/sequences", tags=["sequences"], route_class=ApiRoute)


@router.post("", status_code=201)
async def add_sequence(
    caller: Writer, body: SequenceInput, request: Request, response: Response
) -> SequenceOutput:
    """Create a sequence as a draft. It sends nothing until it is resumed."""
    now, item_id, given = caller.runtime.now(), new_id(request), body.given()
    inputs: tuple[StepInput, ...] = given.pop("steps", ())
    steps = tuple(_step(computed_id(item_id, "step", place), one) for place, one in enumerate(inputs))
    sequence = Sequence(id=item_id, created_at=now, updated_at=now, steps=steps, **given)
    made = await create_sequence(caller.runtime, caller.company_id, sequence)
    response.headers["Location"] = f"/v1/sequences/{made.id}"
    return SequenceOutput.of(made)


@router.get("")
async def list_sequences(
    caller: Reader, paging: Page, state: SequenceState | None = None, name: Name | None = None
) -> Listed[SequenceOutput]:
    """The company's sequences, newest first. `name` is the whole name."""
    return await list_page(caller, paging, SequenceOutput, view.list_sequences, state=state, name=name)


@router.get("/{sequence_id}")
async def get_sequence(caller: Reader, sequence_id: ItemId) -> SequenceOutput:
    """One sequence."""
    return SequenceOutput.of(await view.get_sequence(caller.runtime, caller.company_id, sequence_id))


@router.patch("/{sequence_id}")
async def change_sequence(caller: Sending, sequence_id: ItemId, body: SequenceChanges) -> SequenceOutput:
    """Change a sequence's window, days, holidays, mailboxes, and what ends it."""
    edit = partial(with_fields, changes=body.given())
    return SequenceOutput.of(await edit_sequence(caller.runtime, caller.company_id, sequence_id, edit))


@router.post("/{sequence_id}/pause")
async def pause_one_sequence(caller: Sending, sequence_id: ItemId) -> SequenceOutput:
    """Hand nothing more of the sequence over. What is on the queue already goes out within minutes."""
    return await _put_in(caller, sequence_id, SequenceState.PAUSED)


@router.post("/{sequence_id}/resume")
async def resume_one_sequence(caller: Sending, sequence_id: ItemId) -> SequenceOutput:
    """Have a draft or a paused sequence send. What became late meanwhile is planned anew."""
    return await _put_in(caller, sequence_id, SequenceState.ACTIVE)


@router.post("/{sequence_id}/archive")
async def archive_one_sequence(caller: Sending, sequence_id: ItemId) -> SequenceOutput:
    """Put a sequence away for good. Nobody in it gets any more."""
    return await _put_in(caller, sequence_id, SequenceState.ARCHIVED)


@router.post("/{sequence_id}/steps", status_code=201)
async def add_step(caller: Sending, sequence_id: ItemId, body: StepInput, request: Request) -> SequenceOutput:
    """Add a step at its position; those behind it move on."""
    edit = partial(with_step, step=_step(new_id(request), body), now=caller.runtime.now())
    return SequenceOutput.of(await edit_sequence(caller.runtime, caller.company_id, sequence_id, edit))


@router.put("/{sequence_id}/steps/order")
async def order_steps(caller: Sending, sequence_id: ItemId, body: OrderInput) -> SequenceOutput:
    """Put the steps into another order."""
    edit = partial(in_new_order, step_ids=body.step_ids)
    return SequenceOutput.of(await edit_sequence(caller.runtime, caller.company_id, sequence_id, edit))


@router.patch("/{sequence_id}/steps/{step_id}")
async def change_step(
    caller: Sending, sequence_id: ItemId, step_id: ItemId, body: StepChanges
) -> SequenceOutput:
    """Change a step's texts, its wait days, or its position."""
    edit = partial(with_changed_step, step_id=step_id, changes=body.given())
    return SequenceOutput.of(await edit_sequence(caller.runtime, caller.company_id, sequence_id, edit))


@router.delete("/{sequence_id}/steps/{step_id}")
async def remove_step(caller: Sending, sequence_id: ItemId, step_id: ItemId) -> SequenceOutput:
    """Take a step out of the sequence. Who waits for it gets the next one in its place."""
    edit = partial(without_step, step_id=step_id)
    return SequenceOutput.of(await edit_sequence(caller.runtime, caller.company_id, sequence_id, edit))


@router.post("/{sequence_id}/preview")
async def preview_sequence(caller: Writer, sequence_id: ItemId, body: PreviewInput) -> PreviewOutput:
    """Show all emails as one contact would get them. Nothing is stored or sent."""
    sequence = await view.get_sequence(caller.runtime, caller.company_id, sequence_id)
    found = await preview_steps(caller.runtime, caller.company_id, sequence, body.contact_id)
    return PreviewOutput(items=tuple(map(PreviewedStepOutput.of, found)))


@router.post("/{sequence_id}/enrollings", status_code=202)
async def enroll_into_sequence(
    caller: Sending, sequence_id: ItemId, body: EnrollInput, request: Request
) -> EnrollingOutput:
    """Bring people into the sequence: by hand, list or segment, or out of a file. Each comes in once."""
    audience = body.given()["audience"]
    by = f"key {caller.key.id}"
    begun = await start_enrolling(
        caller.runtime, caller.company_id, sequence_id, audience, new_id(request), by
    )
    return EnrollingOutput.of(begun)


@router.get("/{sequence_id}/enrollings/{enrolling_id}")
async def get_enrolling(caller: Reader, sequence_id: ItemId, enrolling_id: ItemId) -> EnrollingOutput:
    """How far people were brought into the sequence, and what became of them."""
    found = await view.get_enrolling(caller.runtime, caller.company_id, sequence_id, enrolling_id)
    return EnrollingOutput.of(found)


@router.get("/{sequence_id}/enrollments")
async def list_sequence_enrollments(
    caller: Reader,
    paging: Page,
    sequence_id: ItemId,
    contact_id: ItemId | None = None,
    state: EnrollmentState | None = None,
) -> Listed[EnrollmentOutput]:
    """Who is in the sequence, or was, newest first."""
    await view.get_sequence(caller.runtime, caller.company_id, sequence_id)
    return await list_page(
        caller,
        paging,
        EnrollmentOutput,
        view.list_enrollments,
        sequence_id=sequence_id,
        contact_id=contact_id,
        state=state,
    )


@router.get("/{sequence_id}/enrollments/{enrollment_id}")
async def get_sequence_enrollment(
    caller: Reader, sequence_id: ItemId, enrollment_id: ItemId
) -> EnrollmentPathOutput:
    """One contact's way through the sequence: each email, when it goes or went out, and why then."""
    found = await view.get_enrollment_path(caller.runtime, caller.company_id, sequence_id, enrollment_id)
    return EnrollmentPathOutput.shown(found)


@router.post("/{sequence_id}/enrollments/{enrollment_id}/end")
async def end_sequence_enrollment(
    caller: Sending, sequence_id: ItemId, enrollment_id: ItemId
) -> EnrollmentOutput:
    """Take a contact out of the sequence: the next email is canceled."""
    over = await end_enrollment(caller.runtime, caller.company_id, sequence_id, enrollment_id)
    return EnrollmentOutput.of(over)


async def _put_in(caller: Caller, sequence_id: str, state: SequenceState) -> SequenceOutput:
    edit = partial(in_state, state=state)
    return SequenceOutput.of(await edit_sequence(caller.runtime, caller.company_id, sequence_id, edit))


def _step(step_id: str, body: StepInput) -> SequenceStep:
    return SequenceStep(id=step_id, **body.model_dump())
