"""Where the steps of a draft stand: up and down, elsewhere, out."""

from starlette.responses import Response

from functions.portal.automation_names import called_in
from functions.portal.automation_words import step_words
from functions.portal.draft_saving import draft_mark, draft_page, read_draft, save_draft
from functions.portal.kit.pages import Pages
from functions.portal.kit.visit import Visit
from functions.portal.version_words import place_words
from shared.domain.automations.arranging import every_place, inside, move_step, move_to, take_out
from shared.domain.automations.steps import every_step, find_step
from shared.domain.companies.api_key import Scope
from shared.domain.errors import NotFound, RollcallError
from shared.domain.record import replace

pages = Pages()


@pages.post("/automations/{automation_id}/draft/steps/{step_id}/arrange", Scope.WRITE)
async def arrange(visit: Visit) -> Response:
    """Move a step up or down in its branch, or take it out."""
    automation, draft = await read_draft(visit)
    step_id, wish = visit.path("step_id"), visit.form.given("do")
    if find_step(draft.steps, step_id) is None:
        raise NotFound("step", step_id)
    if wish == "remove":
        steps, done = take_out(draft.steps, step_id), "The step is removed. You can undo that."
    else:
        steps, done = move_step(draft.steps, step_id, -1 if wish == "up" else 1), "The step is moved."
    try:
        await save_draft(visit, automation, replace(draft, steps=steps))
    except RollcallError as refused:
        return visit.go(draft_page(automation.id), refused=str(refused))
    return visit.go(draft_page(automation.id, "" if wish == "remove" else step_id), done=done)


@pages.get("/automations/{automation_id}/draft/steps/{step_id}/move", Scope.WRITE)
async def ask_place(visit: Visit) -> Response:
    """Where a step is to stand: every place of the flow but those within itself."""
    automation, draft = await read_draft(visit)
    step_id = visit.path("step_id")
    step = find_step(draft.steps, step_id)
    if step is None:
        raise NotFound("step", step_id)
    called = await called_in(visit, draft.steps)
    said = {one.id: step_words(one, called) for one in every_step(draft.steps)}
    left = take_out(draft.steps, step_id)
    return visit.page(
        "automations/move.html",
        automation=automation,
        step=step,
        inner=inside(step),
        text=said[step_id],
        mark=draft_mark(automation),
        places=[(place, depth, place_words(place, said)) for place, depth in every_place(left)],
    )


@pages.post("/automations/{automation_id}/draft/steps/{step_id}/move", Scope.WRITE)
async def move(visit: Visit) -> Response:
    """Put a step at another place of the flow."""
    automation, draft = await read_draft(visit)
    step_id = visit.path("step_id")
    try:
        steps = move_to(draft.steps, step_id, visit.form.given("at"))
        await save_draft(visit, automation, replace(draft, steps=steps))
    except NotFound:
        raise
    except RollcallError as refused:
        return visit.go(draft_page(automation.id), refused=str(refused))
    return visit.go(draft_page(automation.id, step_id), done="The step is moved.")
