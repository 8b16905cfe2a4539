"""What is done with an automation: published with a choice for each group, paused, resumed, drained."""

from starlette.responses import Response

from functions.portal.automation_names import called_in
from functions.portal.automation_words import step_words
from functions.portal.draft_saving import check_mark
from functions.portal.kit.pages import Pages
from functions.portal.kit.visit import Visit
from functions.portal.kit.wording import words
from shared.domain.automations.automation import Automation, definition_in
from shared.domain.automations.editing import Choice
from shared.domain.automations.problem_places import step_of
from shared.domain.automations.state import AutomationState
from shared.domain.automations.steps import every_step
from shared.domain.companies.api_key import Scope
from shared.domain.errors import InvalidInput, RollcallError
from shared.usecases.automations.change_state import change_state
from shared.usecases.automations.foresee_edit import foresee_edit
from shared.usecases.automations.publish_automation import publish_automation
from shared.views.automations import count_inside, count_parked, get_automation

pages = Pages()


@pages.post("/automations/{automation_id}/publish", Scope.SEND)
async def publish(visit: Visit) -> Response:
    """Publish the draft. The form says what becomes of who stands on steps that it deletes or changes.

    Of a step on which nobody stood it says nothing: for who came there since the default holds.
    """
    automation_id = visit.path("automation_id")
    where = f"/automations/{automation_id}"
    automation = await get_automation(visit.runtime, visit.company_id, automation_id)
    try:
        check_mark(visit, automation)
        effects = await foresee_edit(visit.runtime, visit.company_id, automation_id)
        fields = {one.change.step_id: f"choice-{one.change.step_id}" for one in effects}
        choices = {
            step_id: visit.form.choice(field, Choice)
            for step_id, field in fields.items()
            if field in visit.form
        }
        visit.form.check()
        by = f"user {visit.user.id}"
        await publish_automation(visit.runtime, visit.company_id, automation_id, by=by, choices=choices)
    except InvalidInput as invalid:
        return visit.go(where, refused=await _lacking(visit, automation, invalid))
    except RollcallError as refused:
        return visit.go(where, refused=str(refused))
    return visit.go(where, done="It is published, and runs so from now on.")


async def _lacking(visit: Visit, automation: Automation, invalid: InvalidInput) -> str:
    """What keeps the draft from being published, each with the step that it is about."""
    steps = definition_in(automation.draft).steps
    called = await called_in(visit, steps)
    said = {step.id: step_words(step, called) for step in every_step(steps)}
    lines = []
    for one in invalid.problems:
        step_id, rest = step_of(steps, one)
        part = words(rest.rpartition(".")[2])
        lines.append(" ".join(filter(None, [said.get(step_id, step_id), part])) + f": {one.reason}.")
    return " ".join(["It is not published.", *lines])


@pages.get("/automations/{automation_id}/pause", Scope.SEND)
async def ask_pause(visit: Visit) -> Response:
    """What pausing means, in numbers."""
    return await _ask(visit, AutomationState.PAUSED)


@pages.get("/automations/{automation_id}/resume", Scope.SEND)
async def ask_resume(visit: Visit) -> Response:
    """What going on means, in numbers."""
    return await _ask(visit, AutomationState.LIVE)


@pages.get("/automations/{automation_id}/drain", Scope.SEND)
async def ask_drain(visit: Visit) -> Response:
    """What letting nobody in any more means, in numbers."""
    return await _ask(visit, AutomationState.DRAINING)


async def _ask(visit: Visit, wanted: AutomationState) -> Response:
    runtime, company_id = visit.runtime, visit.company_id
    automation = await get_automation(runtime, company_id, visit.path("automation_id"))
    return visit.page(
        "automations/change.html",
        automation=automation,
        wanted=wanted,
        inside=await count_inside(runtime, company_id, automation.id),
        parked=await count_parked(runtime, company_id, automation.id),
    )


@pages.post("/automations/{automation_id}/pause", Scope.SEND)
async def pause(visit: Visit) -> Response:
    """Have nobody move on."""
    done = "It is paused. Who enters waits before the first step."
    return await _change(visit, AutomationState.PAUSED, done)


@pages.post("/automations/{automation_id}/resume", Scope.SEND)
async def resume(visit: Visit) -> Response:
    """Have everybody move on again."""
    return await _change(visit, AutomationState.LIVE, "It goes on. Who has waited long enough goes on too.")


@pages.post("/automations/{automation_id}/drain", Scope.SEND)
async def drain(visit: Visit) -> Response:
    """Let nobody in any more."""
    return await _change(visit, AutomationState.DRAINING, "Nobody enters any more. Who is in it goes on.")


async def _change(visit: Visit, state: AutomationState, done: str) -> Response:
    automation_id = visit.path("automation_id")
    where = f"/automations/{automation_id}"
    try:
        await change_state(visit.runtime, visit.company_id, automation_id, state)
    except RollcallError as refused:
        return visit.go(where, refused=str(refused))
    return visit.go(where, done=done)
