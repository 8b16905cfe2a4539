"""What lets contacts into a draft's automation, and what ends their way early."""

from typing import Any

from starlette.responses import Response

from functions.portal.draft_saving import draft_mark, draft_page, read_draft, save_draft
from functions.portal.event_fields import (
    DATE,
    HAPPENINGS,
    date_fields,
    event_named,
    read_event,
    read_trigger,
    what_choices,
)
from functions.portal.kit.pages import Pages
from functions.portal.kit.visit import Visit
from shared.domain.automations.automation import Automation
from shared.domain.companies.api_key import Scope
from shared.domain.errors import InvalidInput, RollcallError
from shared.domain.record import replace

pages = Pages()
TRIGGERS, GOALS = "triggers", "goals"
_TITLES = {TRIGGERS: "What lets contacts in?", GOALS: "What ends their way early?"}
_TYPED = ("event", "what", "field", "side", "days", "clock")


@pages.get("/automations/{automation_id}/draft/new-entry", Scope.WRITE)
async def show_new_entry(visit: Visit) -> Response:
    """What can happen, then the form of what was chosen."""
    automation, _ = await read_draft(visit)
    part, event = _part(visit.query("part")), visit.query("event")
    if event_named(event) is None and not (event == DATE and part == TRIGGERS):
        return visit.page(
            "automations/choose_event.html",
            automation=automation,
            title=_TITLES[part],
            happenings=HAPPENINGS,
            with_date=part == TRIGGERS,
            address=f"/automations/{automation.id}/draft/new-entry?part={part}&event=",
            back=draft_page(automation.id),
        )
    return await _page(visit, automation, part, {"event": event}, {})


@pages.post("/automations/{automation_id}/draft/entries", Scope.WRITE)
async def add_entry(visit: Visit) -> Response:
    """Store one more trigger or goal in the draft. The same twice is one."""
    automation, draft = await read_draft(visit)
    form, part = visit.form, _part(visit.form.given("part"))
    event = event_named(form.given("event"))
    try:
        choices = await what_choices(visit, event) if event else None
        if part == TRIGGERS:
            trigger = read_trigger(form, choices, await date_fields(visit))
            form.check()
            changed = replace(draft, triggers=tuple(dict.fromkeys([*draft.triggers, trigger])))
        else:
            goal = read_event(form, choices)
            form.check()
            changed = replace(draft, goals=tuple(dict.fromkeys([*draft.goals, goal])))
        await save_draft(visit, automation, changed)
    except InvalidInput as invalid:
        typed = {name: form.given(name) for name in _TYPED}
        problems = {one.field.rpartition(".")[2]: one.reason for one in invalid.problems}
        return await _page(visit, automation, part, typed, problems)
    except RollcallError as refused:
        return visit.go(draft_page(automation.id), refused=str(refused))
    return visit.go(draft_page(automation.id), done="It is stored in the draft.")


@pages.post("/automations/{automation_id}/draft/entries/remove", Scope.WRITE)
async def remove_entry(visit: Visit) -> Response:
    """Take a trigger or a goal out of the draft."""
    automation, draft = await read_draft(visit)
    part = _part(visit.form.given("part"))
    at = visit.form.whole("at", most=1_000)
    left: Any = tuple(one for place, one in enumerate(getattr(draft, part)) if place != at)
    changed = replace(draft, triggers=left) if part == TRIGGERS else replace(draft, goals=left)
    try:
        await save_draft(visit, automation, changed)
    except RollcallError as refused:
        return visit.go(draft_page(automation.id), refused=str(refused))
    return visit.go(draft_page(automation.id), done="It is removed. You can undo that.")


def _part(text: str) -> str:
    return GOALS if text == GOALS else TRIGGERS


async def _page(
    visit: Visit, automation: Automation, part: str, typed: dict[str, str], problems: dict[str, str]
) -> Response:
    event = event_named(typed["event"])
    return visit.page(
        "automations/entry.html",
        code=422 if problems else 200,
        automation=automation,
        mark=draft_mark(automation),
        part=part,
        title=_TITLES[part],
        typed=typed,
        problems=problems,
        happenings=HAPPENINGS,
        whats=await what_choices(visit, event) if event else None,
        dates=await date_fields(visit) if typed["event"] == DATE else [],
    )
