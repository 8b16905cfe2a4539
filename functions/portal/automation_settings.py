"""What a draft says beside its steps: the name, how often one enters, when messages may go out."""

from datetime import time
from typing import Any

from starlette.responses import Response

from functions.portal.draft_saving import draft_mark, draft_page, read_draft, save_draft
from functions.portal.kit.forms import Form
from functions.portal.kit.pages import Pages
from functions.portal.kit.visit import Visit
from shared.domain.automations.automation import Automation, Definition, Reentry
from shared.domain.campaigns.window import ContactWindow
from shared.domain.companies.api_key import Scope
from shared.domain.errors import InvalidInput, RollcallError
from shared.domain.record import replace

pages = Pages()
_REENTRY = {
    Reentry.ONCE: "once, and never again",
    Reentry.AFTER_END: "again, once their way has ended",
    Reentry.ALWAYS: "every time, also while they are in it",
}
_TEXTS = ("name", "reentry", "topic", "opens", "closes")


@pages.get("/automations/{automation_id}/draft/settings", Scope.WRITE)
async def show_settings(visit: Visit) -> Response:
    """Its name, how often one enters, and when messages may go out."""
    automation, draft = await read_draft(visit)
    window = draft.window
    typed = {
        "name": automation.name,
        "reentry": str(draft.reentry),
        "topic": draft.topic,
        "days": [str(day) for day in window.days],
        "opens": f"{window.opens:%H:%M}",
        "closes": f"{window.closes:%H:%M}",
        "keeps_quiet_hours": window.keeps_quiet_hours,
    }
    return _page(visit, automation, typed, {})


@pages.post("/automations/{automation_id}/draft/settings", Scope.WRITE)
async def change_settings(visit: Visit) -> Response:
    """Store them. The name holds at once, the others when the draft is published."""
    automation, draft = await read_draft(visit)
    form = visit.form
    try:
        name = form.line("name", is_needed=False)
        if not name:
            form.wrong("name", "give it a name, such as Welcome")
        changed = _read(visit, draft)
        await save_draft(visit, automation, changed, name)
    except InvalidInput as invalid:
        typed: dict[str, Any] = {one: form.given(one) for one in _TEXTS}
        typed |= {"days": form.lines("days"), "keeps_quiet_hours": form.is_set("keeps_quiet_hours")}
        problems = {one.field.rpartition(".")[2]: one.reason for one in invalid.problems}
        return _page(visit, automation, typed, problems)
    except RollcallError as refused:
        return visit.go(draft_page(automation.id), refused=str(refused))
    return visit.go(draft_page(automation.id), done="It is stored in the draft.")


def _read(visit: Visit, draft: Definition) -> Definition:
    """The draft as the form says. Raises InvalidInput."""
    form = visit.form
    reentry, window = form.choice("reentry", Reentry), _window(form, draft.window)
    topic = form.one_of("topic", [*visit.company.consent.topics, draft.topic])
    form.check()
    return replace(draft, reentry=reentry, window=window, topic=topic)


def _window(form: Form, known: ContactWindow) -> ContactWindow:
    days = tuple(sorted({int(day) for day in form.lines("days") if day in "1234567" and len(day) == 1}))
    if not days:
        form.wrong("days", "choose at least one day")
    return replace(
        known,
        days=days,
        opens=form.clock("opens", time(9)),
        closes=form.clock("closes", time(20)),
        keeps_quiet_hours=form.is_set("keeps_quiet_hours"),
    )


def _page(visit: Visit, automation: Automation, typed: dict[str, Any], problems: dict[str, str]) -> Response:
    topics = dict.fromkeys([*visit.company.consent.topics, *filter(None, [typed["topic"]])])
    return visit.page(
        "automations/settings.html",
        code=422 if problems else 200,
        automation=automation,
        mark=draft_mark(automation),
        typed=typed,
        problems=problems,
        topics=list(topics),
        reentries=_REENTRY,
    )
