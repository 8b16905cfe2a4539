"""Who is in an automation, what one contact did there and why, and what one would do."""

from starlette.responses import Response

from functions.portal.automation_events import entry_words
from functions.portal.automation_names import called_in
from functions.portal.automation_words import came_of, outcome_words, step_words
from functions.portal.contact_search import Search, find
from functions.portal.kit.lists import shown
from functions.portal.kit.pages import Pages
from functions.portal.kit.visit import Visit
from shared.domain.automations.automation import Automation, definition_in, version_id
from shared.domain.automations.enrollment import Enrollment
from shared.domain.automations.steps import Steps, every_step
from shared.domain.companies.api_key import Scope
from shared.domain.errors import RollcallError
from shared.usecases.automations.try_automation import TriedStep, try_automation
from shared.views.automations import (
    get_automation,
    get_enrollment,
    get_version,
    list_enrollments,
    read_sends,
)
from shared.views.contacts import KnownContact
from shared.views.names import contact_names

pages = Pages()


@pages.get("/automations/{automation_id}/people", Scope.READ)
async def show_people(visit: Visit) -> Response:
    """Who is in it, or was; those on one step, if one is asked for."""
    automation, step_id = await _automation(visit), visit.query("step") or None
    found = await shown(visit, list_enrollments, automation_id=automation.id, step_id=step_id)
    ids = {one.contact_id for one in found.items}
    steps = definition_in(automation.live or automation.draft).steps
    called = await called_in(visit, steps)
    return visit.page(
        "automations/people.html",
        automation=automation,
        enrollments=found,
        entries=[entry_words(one.entered_by, called.names) for one in found.items],
        names=await contact_names(visit.runtime, visit.company_id, ids),
        said={step.id: step_words(step, called) for step in every_step(steps)},
        step_id=step_id,
    )


@pages.get("/automations/{automation_id}/people/{enrollment_id}", Scope.READ)
async def show_way(visit: Visit) -> Response:
    """What one contact did and why: each step, when, and what came of it."""
    runtime, company_id, automation = visit.runtime, visit.company_id, await _automation(visit)
    enrollment = await get_enrollment(runtime, company_id, automation.id, visit.path("enrollment_id"))
    names = await contact_names(runtime, company_id, {enrollment.contact_id})
    steps = await _steps_of(visit, automation, enrollment)
    sends = await read_sends(runtime, company_id, enrollment)
    called = await called_in(visit, steps)
    return visit.page(
        "automations/way.html",
        automation=automation,
        enrollment=enrollment,
        entry=entry_words(enrollment.entered_by, called.names),
        name=names.get(enrollment.contact_id, ""),
        said={step.id: step_words(step, called) for step in every_step(steps)},
        sends=sends,
        outcomes=[came_of(one, sends.get(one.record_id)) for one in enrollment.completed],
    )


async def _steps_of(visit: Visit, automation: Automation, enrollment: Enrollment) -> Steps:
    """The steps of the version that the enrollment stays on, or of the newest."""
    if not enrollment.version:
        return definition_in(automation.live or automation.draft).steps
    stays = version_id(automation.id, enrollment.version)
    found = await get_version(visit.runtime, visit.company_id, automation.id, stays)
    return definition_in(found.version.definition).steps


@pages.get("/automations/{automation_id}/try", Scope.READ)
async def show_try(visit: Visit) -> Response:
    """Which steps one contact would do, and when. Of several who are found, one is to be chosen."""
    automation, contact_id, text = await _automation(visit), visit.query("contact"), visit.query("q").strip()
    found = await _found(visit, text) if text and not contact_id else []
    if len(found) == 1:
        contact_id = found[0].contact.id
    tried, refusal = list[TriedStep](), ""
    if contact_id:
        try:
            tried = await try_automation(visit.runtime, visit.company_id, automation.id, contact_id)
        except RollcallError as refused:
            refusal = str(refused)
    steps = definition_in(automation.draft).steps
    called = await called_in(visit, steps)
    return visit.page(
        "automations/try.html",
        automation=automation,
        text=text,
        found=found,
        contact_id=contact_id,
        name=(await contact_names(visit.runtime, visit.company_id, {contact_id})).get(contact_id, ""),
        tried=tried,
        outcomes=[outcome_words(one.outcome) for one in tried],
        refusal=refusal,
        said={step.id: step_words(step, called) for step in every_step(steps)},
    )


async def _found(visit: Visit, text: str) -> list[KnownContact]:
    """Whom the text may mean: the first page of them."""
    return (await find(visit, Search(text)))[0].items


async def _automation(visit: Visit) -> Automation:
    return await get_automation(visit.runtime, visit.company_id, visit.path("automation_id"))
