"""Automations: the flow from top to bottom, who stands where, and its versions."""

from starlette.responses import Response

from functions.portal.automation_events import event_words, reentry_words, trigger_words
from functions.portal.automation_names import called_in
from functions.portal.automation_words import CHOICES, flow_of, step_words
from functions.portal.draft_saving import draft_mark
from functions.portal.kit.lists import shown
from functions.portal.kit.pages import Pages
from functions.portal.kit.visit import Visit
from functions.portal.text_faults import warnings_of_steps
from functions.portal.version_words import differences
from shared.domain.automations.automation import AutomationVersion, Moving, definition_in
from shared.domain.automations.steps import every_step
from shared.domain.companies.api_key import Scope
from shared.usecases.automations.foresee_edit import foresee_edit
from shared.views.automations import (
    count_inside,
    count_steps,
    get_automation,
    get_version,
    list_automations,
    list_versions,
)

pages = Pages()


@pages.get("/automations", Scope.READ)
async def show_automations(visit: Visit) -> Response:
    """All automations, newest first."""
    return visit.page("automations/list.html", automations=await shown(visit, list_automations))


@pages.get("/automations/{automation_id}", Scope.READ)
async def show_automation(visit: Visit) -> Response:
    """What runs, step by step, with how many stand on each; and what publishing the draft would do."""
    runtime, company_id = visit.runtime, visit.company_id
    automation = await get_automation(runtime, company_id, visit.path("automation_id"))
    draft = definition_in(automation.draft)
    live = definition_in(automation.live) if automation.live else None
    runs = live or draft
    called = await called_in(visit, draft.steps, runs.steps)
    counts = await count_steps(runtime, company_id, automation)
    inside = await count_inside(runtime, company_id, automation.id)
    effects = await foresee_edit(runtime, company_id, automation.id)
    versions = await list_versions(runtime, company_id, automation.id)
    return visit.page(
        "automations/automation.html",
        automation=automation,
        differences=differences(live, draft, called) if live else [],
        mark=draft_mark(automation),
        effects=[one for one in effects if one.standing],
        choices=CHOICES,
        warnings=await warnings_of_steps(visit, runs.steps),
        said={step.id: step_words(step, called) for step in every_step(runs.steps)},
        versions=versions,
        moving=at_work(versions),
        inside=inside,
        elsewhere=max(0, inside - sum(counts.values())),
        flow=flow_of(runs.steps, counts, called),
        window=runs.window,
        triggers=[trigger_words(one, called.names) for one in runs.triggers],
        goals=[event_words(one, called.names) for one in runs.goals],
        reentry=reentry_words(runs),
    )


@pages.get("/automations/{automation_id}/moving", Scope.READ)
async def show_moving(visit: Visit) -> Response:
    """How far people were brought up to the newest versions; at the end the page is shown anew."""
    runtime, company_id = visit.runtime, visit.company_id
    automation = await get_automation(runtime, company_id, visit.path("automation_id"))
    moving = at_work(await list_versions(runtime, company_id, automation.id))
    return visit.progress("automations/moving.html", is_over=not moving, automation=automation, moving=moving)


def at_work(versions: list[AutomationVersion]) -> list[tuple[int, Moving]]:
    """The numbers of the versions to which people are being brought up, and how far that is."""
    return [(one.number, one.moving) for one in versions if one.moving and not one.moving.is_done]


@pages.get("/automations/{automation_id}/versions/{version_id}", Scope.READ)
async def show_version(visit: Visit) -> Response:
    """One version, and what differs from the one before."""
    runtime, company_id = visit.runtime, visit.company_id
    automation = await get_automation(runtime, company_id, visit.path("automation_id"))
    found = await get_version(runtime, company_id, automation.id, visit.path("version_id"))
    definition = definition_in(found.version.definition)
    called = await called_in(visit, definition.steps, found.before.steps if found.before else ())
    return visit.page(
        "automations/version.html",
        automation=automation,
        version=found.version,
        differences=differences(found.before, definition, called, found.texts) if found.before else [],
        flow=flow_of(definition.steps, {}, called),
    )
