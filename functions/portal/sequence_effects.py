"""What a change of sequences would move, before it is made; how far one came; and the forecast."""

from collections.abc import Callable

from starlette.responses import Response

from functions.portal.kit.pages import Pages
from functions.portal.kit.visit import Visit
from shared.domain.companies.api_key import Scope
from shared.domain.errors import InvalidInput, RollcallError
from shared.domain.sequences.mailbox import MOST_A_DAY
from shared.domain.sequences.plan_change import Replanning
from shared.domain.sequences.plan_effect import PlanEffect
from shared.domain.sequences.sequence import Sequence, SequenceState
from shared.domain.sequences.what_if import MoreMailboxes, SequenceEdit
from shared.usecases.sequences.ask_effect import ask_effect
from shared.views.sequences import ShownPlan, get_effect, get_sequence, read_plan

pages = Pages()
SENDING = (SequenceState.ACTIVE, SequenceState.PAUSED)  # those whose people may have to move
MOST_MORE = 200


def asks(visit: Visit) -> bool:
    """Whether the form only asks what its change would move."""
    return visit.form.is_set("look")


async def foreseen(visit: Visit, sequence: Sequence, edit: Callable[[Sequence], Sequence]) -> PlanEffect:
    """What the edit would do. Raises InvalidInput, and what the edit raises."""
    what = SequenceEdit(sequence_id=sequence.id, edit=edit)
    return await ask_effect(visit.runtime, visit.company_id, what)


async def replanning(visit: Visit) -> Replanning | None:
    """How far people were moved after the last change, while that goes on."""
    return open_replanning(await read_plan(visit.runtime, visit.company_id, days=1))


def open_replanning(plan: ShownPlan) -> Replanning | None:
    """The same of a plan that was read."""
    return plan.replanning if plan.replanning is not None and plan.replanning.is_open else None


@pages.get("/sequences/progress", Scope.READ)
async def show_progress(visit: Visit) -> Response:
    """The part of a page that says how far a change came."""
    found = await replanning(visit)
    return visit.progress("sequences/progress.html", is_over=found is None, replanning=found)


@pages.get("/sequences/effects/{effect_id}", Scope.READ)
async def show_effect(visit: Visit) -> Response:
    """The part of a page that says what a change would do, and asks again while nobody knows it yet."""
    effect = await get_effect(visit.runtime, visit.company_id, visit.path("effect_id"))
    page = "sequences/effect.html" if visit.is_fragment else "sequences/effect_page.html"
    return visit.page(page, effect=effect)


@pages.get("/sequences/{sequence_id}/forecast", Scope.WRITE)
async def show_forecast(visit: Visit) -> Response:
    """When the sequence ends, and when with more mailboxes, if that is asked."""
    sequence = await get_sequence(visit.runtime, visit.company_id, visit.path("sequence_id"))
    typed = {"count": visit.query("count"), "daily_capacity": visit.query("daily_capacity")}
    effect, problems = None, dict[str, str]()
    if any(typed.values()):
        try:
            effect = await _forecast(visit, sequence)
        except InvalidInput as invalid:
            problems = {one.field: one.reason for one in invalid.problems}
        except RollcallError as refused:
            problems = {"count": str(refused)}
    plan = await read_plan(visit.runtime, visit.company_id, days=1)
    return visit.page(
        "sequences/forecast.html",
        code=422 if problems else 200,
        sequence=sequence,
        finishes_at=plan.finishes_at.get(sequence.id),
        typed=typed if any(typed.values()) else {"count": "3", "daily_capacity": "50"},
        problems=problems,
        effect=effect,
    )


async def _forecast(visit: Visit, sequence: Sequence) -> PlanEffect:
    """Raises InvalidInput, and NotFound for a sequence without a mailbox that sends."""
    count = _whole(visit, "count", MOST_MORE)
    capacity = _whole(visit, "daily_capacity", MOST_A_DAY)
    what = MoreMailboxes(sequence_id=sequence.id, count=count, daily_capacity=capacity)
    return await ask_effect(visit.runtime, visit.company_id, what)


def _whole(visit: Visit, name: str, most: int) -> int:
    text = visit.query(name).strip()
    if not (text.isascii() and text.isdecimal() and len(text) < 6 and 1 <= int(text) <= most):
        raise InvalidInput.at(name, f"must be a whole number from 1 to {most:,}")
    return int(text)
