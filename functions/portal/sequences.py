"""Sequences: all of them, one with its steps and numbers, starting, pausing and archiving it."""

from functools import partial

from starlette.responses import Response

from functions.portal.kit.lists import shown
from functions.portal.kit.pages import Pages
from functions.portal.kit.visit import Visit
from functions.portal.sequence_effects import foreseen, replanning
from shared.domain.companies.api_key import Scope
from shared.domain.errors import InvalidInput, RollcallError
from shared.domain.sequences.editing import in_state
from shared.domain.sequences.enrollment import EnrollmentState
from shared.domain.sequences.sequence import SequenceState
from shared.usecases.sequences.save_sequence import edit_sequence
from shared.views.kit.paging import PageAsked
from shared.views.sequence_counts import count_people
from shared.views.sequences import get_sequence, list_mailboxes, list_sequences, read_plan
from shared.views.text_warnings import step_warnings

pages = Pages()
SHOWN_MAILBOXES = 10


@pages.get("/sequences", Scope.READ)
async def show_sequences(visit: Visit) -> Response:
    """All sequences, newest first, each with when it ends."""
    runtime, company_id = visit.runtime, visit.company_id
    found = await shown(visit, list_sequences)
    return visit.page(
        "sequences/list.html",
        sequences=found,
        finishes=(await read_plan(runtime, company_id, days=1)).finishes_at,
    )


@pages.get("/sequences/{sequence_id}", Scope.READ)
async def show_sequence(visit: Visit) -> Response:
    """One sequence: its steps, how it is set, who is in it, and when it ends by the plan."""
    runtime, company_id = visit.runtime, visit.company_id
    sequence = await get_sequence(runtime, company_id, visit.path("sequence_id"))
    every = await list_mailboxes(runtime, company_id, PageAsked(500))
    pool = [one for one in every.items if one.id in sequence.mailbox_ids]
    return visit.page(
        "sequences/sequence.html",
        sequence=sequence,
        warnings={one.id: step_warnings(one, visit.company.consent) for one in sequence.steps},
        counts=await count_people(runtime, company_id, sequence.id),
        pool=pool[:SHOWN_MAILBOXES],
        pool_count=len(pool),
        replanning=await replanning(visit),
        finishes_at=(await read_plan(runtime, company_id, days=1)).finishes_at.get(sequence.id),
    )


@pages.get("/sequences/{sequence_id}/start", Scope.SEND)
async def ask_start(visit: Visit) -> Response:
    """When it would finish, and whom of other sequences that delays."""
    runtime, company_id = visit.runtime, visit.company_id
    sequence = await get_sequence(runtime, company_id, visit.path("sequence_id"))
    effect, refused = None, ""
    try:
        effect = await foreseen(visit, sequence, partial(in_state, state=SequenceState.ACTIVE))
    except RollcallError as refusal:
        refused = _not_yet(refusal)
    counts = await count_people(runtime, company_id, sequence.id)
    return visit.page(
        "sequences/start.html",
        sequence=sequence,
        inside=counts[EnrollmentState.ACTIVE],
        effect=effect,
        refused=refused,
    )


@pages.post("/sequences/{sequence_id}/start", Scope.SEND)
async def start(visit: Visit) -> Response:
    """Have it send, or send again."""
    return await _put_in(visit, SequenceState.ACTIVE, "It sends. Its emails are planned within a minute.")


@pages.post("/sequences/{sequence_id}/pause", Scope.SEND)
async def pause(visit: Visit) -> Response:
    """Have nothing of it go out."""
    return await _put_in(visit, SequenceState.PAUSED, "It is paused. What was on the queue still goes out.")


@pages.get("/sequences/{sequence_id}/archive", Scope.SEND)
async def ask_archive(visit: Visit) -> Response:
    """How many would get nothing more."""
    runtime, company_id = visit.runtime, visit.company_id
    sequence = await get_sequence(runtime, company_id, visit.path("sequence_id"))
    counts = await count_people(runtime, company_id, sequence.id)
    return visit.page("sequences/archive.html", sequence=sequence, inside=counts[EnrollmentState.ACTIVE])


@pages.post("/sequences/{sequence_id}/archive", Scope.SEND)
async def archive(visit: Visit) -> Response:
    """Put it away for good."""
    return await _put_in(visit, SequenceState.ARCHIVED, "It is archived. Nobody gets any more of it.")


async def _put_in(visit: Visit, state: SequenceState, done: str) -> Response:
    sequence_id = visit.path("sequence_id")
    where, edit = f"/sequences/{sequence_id}", partial(in_state, state=state)
    try:
        await edit_sequence(visit.runtime, visit.company_id, sequence_id, edit)
    except RollcallError as refused:
        return visit.go(where, refused=_not_yet(refused))
    return visit.go(where, done=done)


def _not_yet(refusal: RollcallError) -> str:
    """Why it does not become what was asked for."""
    if isinstance(refusal, InvalidInput):
        return f"It cannot start yet: {'; '.join(one.reason for one in refusal.problems)}."
    return str(refusal)
