"""Making a sequence, and editing how it is set."""

from functools import partial
from typing import Any

from starlette.responses import Response

from functions.portal.kit.lists import every
from functions.portal.kit.pages import Pages
from functions.portal.kit.visit import Visit
from functions.portal.sequence_effects import SENDING, asks, foreseen
from functions.portal.sequence_fields import read_sequence, typed_of_sequence, typed_sequence
from shared.domain.companies.api_key import Scope
from shared.domain.errors import InvalidInput
from shared.domain.ids import random_id
from shared.domain.sequences.editing import with_fields
from shared.domain.sequences.plan_effect import PlanEffect
from shared.domain.sequences.sequence import Sequence
from shared.usecases.sequences.save_sequence import create_sequence, edit_sequence
from shared.views.sequences import get_sequence, list_mailboxes

pages = Pages()


@pages.get("/sequences/new", Scope.WRITE)
async def show_new_sequence(visit: Visit) -> Response:
    """The form, empty."""
    typed = typed_of_sequence(None, visit.company.time_zone) | {"id": random_id()}
    return await _page(visit, typed, {})


@pages.post("/sequences", Scope.WRITE)
async def add_sequence(visit: Visit) -> Response:
    """Store a new draft. Sent twice, it is one."""
    now = visit.runtime.now()
    try:
        item_id = visit.form.item_id("id")
        made = Sequence(id=item_id, created_at=now, updated_at=now, **read_sequence(visit.form))
        made = await create_sequence(visit.runtime, visit.company_id, made)
    except InvalidInput as invalid:
        return await _page(visit, typed_sequence(visit.form), _placed(invalid))
    return visit.go(f"/sequences/{made.id}", done="It is saved as a draft. Add its steps.")


@pages.get("/sequences/{sequence_id}/edit", Scope.SEND)
async def show_edit_sequence(visit: Visit) -> Response:
    """The form with what is stored."""
    sequence = await get_sequence(visit.runtime, visit.company_id, visit.path("sequence_id"))
    return await _page(visit, typed_of_sequence(sequence, ""), {}, sequence)


@pages.post("/sequences/{sequence_id}", Scope.SEND)
async def change_sequence(visit: Visit) -> Response:
    """Store what was changed; what that moves is planned anew."""
    sequence = await get_sequence(visit.runtime, visit.company_id, visit.path("sequence_id"))
    try:
        edit = partial(with_fields, changes=read_sequence(visit.form))
        if asks(visit):
            effect = await foreseen(visit, sequence, edit)
            return await _page(visit, typed_sequence(visit.form), {}, sequence, effect)
        await edit_sequence(visit.runtime, visit.company_id, sequence.id, edit)
    except InvalidInput as invalid:
        return await _page(visit, typed_sequence(visit.form), _placed(invalid), sequence)
    return visit.go(f"/sequences/{sequence.id}", done="The sequence is changed.")


def _placed(invalid: InvalidInput) -> dict[str, str]:
    """What is wrong, by the form's fields: mailbox_ids[2] is mailbox_ids."""
    return {one.field.partition("[")[0]: one.reason for one in invalid.problems}


async def _page(
    visit: Visit,
    typed: dict[str, Any],
    problems: dict[str, str],
    sequence: Sequence | None = None,
    effect: PlanEffect | None = None,
) -> Response:
    return visit.page(
        "sequences/form.html",
        code=422 if problems else 200,
        sequence=sequence,
        typed=typed,
        problems=problems,
        mailboxes=await every(visit, list_mailboxes),
        asks_first=sequence is not None and sequence.state in SENDING,
        effect=effect,
    )
