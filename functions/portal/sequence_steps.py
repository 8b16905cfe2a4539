"""The steps of a sequence: writing one with its preview, moving it, deleting it."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

from msgspec import Struct
from starlette.responses import Response

from functions.portal.contact_search import Search, find
from functions.portal.kit.lists import every
from functions.portal.kit.pages import Pages
from functions.portal.kit.visit import Visit
from functions.portal.sequence_effects import SENDING, asks, foreseen
from functions.portal.sequence_fields import read_step, typed_of_step, typed_step
from shared.domain.companies.api_key import Scope
from shared.domain.contacts.segment import Told
from shared.domain.errors import InvalidInput, NotFound, RollcallError
from shared.domain.ids import random_id
from shared.domain.record import replace
from shared.domain.sequences.editing import with_changed_step, with_step, without_step
from shared.domain.sequences.plan_effect import PlanEffect
from shared.domain.sequences.sequence import MOST_STEPS, Sequence, SequenceStep
from shared.usecases.sequences.preview_steps import preview_steps
from shared.usecases.sequences.save_sequence import edit_sequence
from shared.views.contact_fields import list_contact_fields
from shared.views.contacts import list_contacts
from shared.views.kit.paging import PageAsked
from shared.views.sequences import get_sequence
from shared.views.text_warnings import step_warnings

pages = Pages()


class StepPreview(Struct, frozen=True, kw_only=True):
    """What the contact of that `name` would get; `problem` says why there is nothing to show."""

    name: str = ""
    subject: str = ""
    text: str = ""
    problem: str = ""
    warnings: tuple[str, ...] = ()


NOBODY = StepPreview(problem="There is no contact to show it for yet.")


@pages.get("/sequences/{sequence_id}/steps/new", Scope.SEND)
async def show_new_step(visit: Visit) -> Response:
    """The form of another step, at the end."""
    sequence = await _sequence(visit)
    return await _page(
        visit, sequence, typed_of_step(None, len(sequence.steps) + 1) | {"id": random_id()}, {}
    )


@pages.post("/sequences/{sequence_id}/steps", Scope.SEND)
async def add_step(visit: Visit) -> Response:
    """Store another step. Sent twice, it is one."""
    sequence = await _sequence(visit)
    try:
        item_id = visit.form.item_id("id")
        position = visit.form.whole("position", least=1, most=MOST_STEPS) or len(sequence.steps) + 1
        step = SequenceStep(id=item_id, position=position, **read_step(visit.form))
        edit = partial(with_step, step=step, now=visit.runtime.now())
        if asks(visit):
            effect = await foreseen(visit, sequence, edit)
            return await _page(visit, sequence, typed_step(visit.form), {}, effect=effect)
        return await _store(visit, sequence, edit, "The step is added.")
    except InvalidInput as invalid:
        return await _page(visit, sequence, typed_step(visit.form), _placed(invalid))


@pages.post("/sequences/{sequence_id}/steps/preview", Scope.READ)
async def preview(visit: Visit) -> Response:
    """The step as a contact would get it: a part of the page. It stores nothing."""
    sequence, form = await _sequence(visit), visit.form
    item_id = form.item_id("id") or "new"
    known = sequence.step(item_id)
    subject, content = (form.given(name).replace("\r\n", "\n") for name in ("subject", "content"))
    typed = form.given("position")
    position = int(typed) if typed.isdecimal() and len(typed) < 3 else len(sequence.steps) + 1
    step = replace(
        known or SequenceStep(id=item_id, position=position, content=""), subject=subject, content=content
    )
    shown = await _previewed(visit, sequence, step, form.given("contact").strip())
    shown = replace(shown, warnings=step_warnings(step, visit.company.consent))
    return visit.page("sequences/preview.html", sequence=sequence, preview=shown)


@pages.get("/sequences/{sequence_id}/steps/{step_id}", Scope.SEND)
async def show_step(visit: Visit) -> Response:
    """The form with what is stored of a step."""
    sequence = await _sequence(visit)
    step = _step(visit, sequence)
    return await _page(visit, sequence, typed_of_step(step, step.position), {}, step)


@pages.post("/sequences/{sequence_id}/steps/{step_id}", Scope.SEND)
async def change_step(visit: Visit) -> Response:
    """Store what was changed of a step."""
    sequence = await _sequence(visit)
    step = _step(visit, sequence)
    try:
        edit = partial(with_changed_step, step_id=step.id, changes=read_step(visit.form))
        if asks(visit):
            effect = await foreseen(visit, sequence, edit)
            return await _page(visit, sequence, typed_step(visit.form), {}, step, effect)
        return await _store(visit, sequence, edit, "The step is changed.")
    except InvalidInput as invalid:
        return await _page(visit, sequence, typed_step(visit.form), _placed(invalid), step)


@pages.post("/sequences/{sequence_id}/steps/{step_id}/move", Scope.SEND)
async def move_step(visit: Visit) -> Response:
    """Put a step at another place among the others."""
    sequence = await _sequence(visit)
    step, position = _step(visit, sequence), visit.form.whole("position", least=1, most=MOST_STEPS)
    edit = partial(with_changed_step, step_id=step.id, changes={"position": position or step.position})
    try:
        visit.form.check()
        return await _store(visit, sequence, edit, "The steps are in their new order.", f"#step-{step.id}")
    except InvalidInput as invalid:
        reasons = "; ".join(one.reason for one in invalid.problems)
        return visit.go(f"/sequences/{sequence.id}", refused=f"They stay in their order: {reasons}.")


@pages.get("/sequences/{sequence_id}/steps/{step_id}/delete", Scope.SEND)
async def ask_delete_step(visit: Visit) -> Response:
    """What deleting a step does."""
    sequence = await _sequence(visit)
    step = _step(visit, sequence)
    effect, refused = None, ""
    try:
        effect = await foreseen(visit, sequence, partial(without_step, step_id=step.id))
    except RollcallError as refusal:
        refused = str(refusal)
    page = "sequences/delete_step.html"
    return visit.page(page, sequence=sequence, step=step, effect=effect, refused=refused)


@pages.post("/sequences/{sequence_id}/steps/{step_id}/delete", Scope.SEND)
async def delete_step(visit: Visit) -> Response:
    """Take a step out."""
    sequence = await _sequence(visit)
    edit = partial(without_step, step_id=_step(visit, sequence).id)
    try:
        return await _store(visit, sequence, edit, "The step is gone.")
    except InvalidInput as invalid:
        reasons = "; ".join(one.reason for one in invalid.problems)
        return visit.go(f"/sequences/{sequence.id}", refused=f"It stays: {reasons}.")


async def _store(
    visit: Visit, sequence: Sequence, edit: Callable[[Sequence], Sequence], done: str, place: str = ""
) -> Response:
    """Raises InvalidInput."""
    where = f"/sequences/{sequence.id}{place}"
    try:
        await edit_sequence(visit.runtime, visit.company_id, sequence.id, edit)
    except InvalidInput:
        raise
    except RollcallError as refused:
        return visit.go(where, refused=str(refused))
    return visit.go(where, done=done)


async def _sequence(visit: Visit) -> Sequence:
    return await get_sequence(visit.runtime, visit.company_id, visit.path("sequence_id"))


def _step(visit: Visit, sequence: Sequence) -> SequenceStep:
    """Raises NotFound."""
    step = sequence.step(visit.path("step_id"))
    if step is None:
        raise NotFound("step", visit.path("step_id"))
    return step


def _placed(invalid: InvalidInput) -> dict[str, str]:
    """What is wrong, by the form's fields: steps[2].content is content."""
    return {one.field.rpartition(".")[2]: one.reason for one in invalid.problems}


async def _previewed(visit: Visit, sequence: Sequence, step: SequenceStep, text: str) -> StepPreview:
    """The step for whom the text means; for the newest contact, where it means nobody in particular."""
    if text:
        found = (await find(visit, Search(text)))[0].items
    else:
        found = (await list_contacts(visit.runtime, visit.company_id, PageAsked(1))).items
    if not found:
        return StepPreview(problem="Nobody is found by that.") if text else NOBODY
    known = found[0].contact
    try:
        shown = await preview_steps(visit.runtime, visit.company_id, _with(sequence, step), known.id)
    except RollcallError as refused:
        return StepPreview(name=known.name, problem=str(refused))
    one = next(one for one in shown if one.step_id == step.id)
    return StepPreview(name=known.name, subject=one.subject, text=one.body, problem=one.problem)


def _with(sequence: Sequence, step: SequenceStep) -> Sequence:
    """The sequence as it would be with the step as it is typed."""
    if sequence.step(step.id) is None:
        return with_step(sequence, step, datetime.max.replace(tzinfo=UTC))
    return replace(sequence, steps=tuple(step if one.id == step.id else one for one in sequence.steps))


async def _page(
    visit: Visit,
    sequence: Sequence,
    typed: dict[str, Any],
    problems: dict[str, str],
    step: SequenceStep | None = None,
    effect: PlanEffect | None = None,
) -> Response:
    own = [one.id for one in await every(visit, list_contact_fields)]
    return visit.page(
        "sequences/step.html",
        code=422 if problems else 200,
        sequence=sequence,
        step=step,
        typed=typed,
        problems=problems,
        fields=[Told.NAME, *own, "unsubscribe_url"],
        preview=await _previewed(visit, sequence, step, "") if step else None,
        asks_first=sequence.state in SENDING,
        effect=effect,
    )
