"""The builder of automations: a draft from top to bottom, each change of which is stored at once."""

from collections import defaultdict
from typing import Any

from starlette.responses import Response

from functions.portal.automation_events import event_words, reentry_words, trigger_words
from functions.portal.automation_names import called_in
from functions.portal.automation_words import flow_of
from functions.portal.draft_saving import check_mark, draft_mark, draft_page, read_draft
from functions.portal.event_fields import (
    DATE,
    HAPPENINGS,
    date_fields,
    event_named,
    read_trigger,
    what_choices,
)
from functions.portal.kit.pages import Pages
from functions.portal.kit.visit import Visit
from functions.portal.text_faults import warnings_of_steps
from shared.domain.automations.arranging import inside
from shared.domain.automations.automation import Definition
from shared.domain.automations.check_automation import check_automation
from shared.domain.automations.problem_places import step_of
from shared.domain.automations.steps import Steps, every_step
from shared.domain.companies.api_key import Scope
from shared.domain.errors import InvalidInput, Problem, RollcallError
from shared.domain.ids import random_id
from shared.usecases.automations.read_parts import read_parts
from shared.usecases.automations.save_automation import create_automation
from shared.usecases.automations.undo_edit import undo_edit
from shared.views.automations import count_steps

pages = Pages()


@pages.get("/automations/new", Scope.WRITE)
async def show_new_automation(visit: Visit) -> Response:
    """A name and what lets contacts in: the rest is built step by step."""
    event = visit.query("event")
    if event != DATE and event_named(event) is None:
        return visit.page("automations/choose_event.html", **_new_choice())
    return await _new_page(visit, {"event": event, "id": random_id()}, {})


def _new_choice() -> dict[str, Any]:
    return {
        "automation": None,
        "title": "New automation: what lets contacts in?",
        "happenings": HAPPENINGS,
        "with_date": True,
        "address": "/automations/new?event=",
        "back": "/automations",
    }


@pages.post("/automations", Scope.WRITE)
async def add_automation(visit: Visit) -> Response:
    """Store a new draft. Sent twice, it is one."""
    form = visit.form
    event = event_named(form.given("event"))
    try:
        name, automation_id = form.line("name", is_needed=False), form.item_id("id")
        if not name:
            form.wrong("name", "give it a name, such as Welcome")
        choices = await what_choices(visit, event) if event else None
        trigger = read_trigger(form, choices, await date_fields(visit))
        form.check()
        definition = Definition(triggers=(trigger,), steps=())
        await create_automation(visit.runtime, visit.company_id, automation_id, name, definition)
    except InvalidInput as invalid:
        names = ("name", "event", "what", "field", "side", "days", "clock", "id")
        typed = {one: form.given(one) for one in names}
        problems = {one.field.rpartition(".")[2]: one.reason for one in invalid.problems}
        return await _new_page(visit, typed, problems)
    return visit.go(draft_page(automation_id), done="The draft is stored. Now add its first step.")


async def _new_page(visit: Visit, typed: dict[str, str], problems: dict[str, str]) -> Response:
    event = event_named(typed["event"])
    return visit.page(
        "automations/new.html",
        code=422 if problems else 200,
        typed=typed,
        problems=problems,
        happenings=HAPPENINGS,
        whats=await what_choices(visit, event) if event else None,
        dates=await date_fields(visit) if typed["event"] == DATE else [],
    )


@pages.get("/automations/{automation_id}/draft", Scope.WRITE)
async def show_draft(visit: Visit) -> Response:
    """The builder: who enters, each step with how many stand on it, and what is wrong where."""
    automation, draft = await read_draft(visit)
    called = await called_in(visit, draft.steps)
    problems = list(check_automation(draft, await read_parts(visit.runtime, visit.company_id, draft)))
    faults, others = _by_step(draft.steps, problems)
    return visit.page(
        "automations/draft.html",
        automation=automation,
        draft=draft,
        mark=draft_mark(automation),
        flow=flow_of(draft.steps, await count_steps(visit.runtime, visit.company_id, automation), called),
        inner={step.id: inside(step) for step in every_step(draft.steps)},
        triggers=[trigger_words(one, called.names) for one in draft.triggers],
        goals=[event_words(one, called.names) for one in draft.goals],
        reentry=reentry_words(draft),
        faults=faults,
        others=others,
        is_changed=automation.draft != automation.live,
        warnings=await warnings_of_steps(visit, draft.steps),
    )


def _by_step(steps: Steps, problems: list[Problem]) -> tuple[dict[str, list[str]], list[str]]:
    """What is wrong, by step; and what is wrong elsewhere."""
    faults, others = defaultdict[str, list[str]](list), list[str]()
    for one in problems:
        step_id, rest = step_of(steps, one)
        if step_id:
            faults[step_id].append(one.reason)
        else:
            others.append(f"{rest}: {one.reason}")
    return faults, others


@pages.post("/automations/{automation_id}/draft/undo", Scope.WRITE)
async def undo(visit: Visit) -> Response:
    """Take the draft's last change back."""
    automation, _ = await read_draft(visit)
    where = draft_page(automation.id)
    try:
        check_mark(visit, automation)
        await undo_edit(visit.runtime, visit.company_id, automation.id, over=automation.draft)
    except RollcallError as refused:
        return visit.go(where, refused=str(refused))
    return visit.go(where, done="The last change is undone. Undo once more brings it back.")
