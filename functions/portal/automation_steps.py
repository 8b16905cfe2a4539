"""The forms of a draft's steps: the kind is chosen, then each has its own fields."""

from typing import Any

import msgspec
from starlette.responses import Response

from functions.portal.automation_names import called_in
from functions.portal.automation_words import step_words
from functions.portal.criteria_fields import criteria_choices, criterion_place
from functions.portal.draft_saving import draft_mark, draft_page, read_draft, save_draft
from functions.portal.event_fields import HAPPENINGS, event_named
from functions.portal.kit.pages import Pages
from functions.portal.kit.visit import Visit
from functions.portal.message_templates import save_text
from functions.portal.segment_builder import Built, built_of, changed, read_built
from functions.portal.step_fields import NEW_TEXT, place_in_form, read_step, typed_of_step
from functions.portal.step_kinds import KINDS, UNITS, WAITS, StepKind, kind_of
from functions.portal.step_offers import Offers, offers_for
from shared.domain.automations.arranging import change_step, put_step
from shared.domain.automations.automation import Automation, Definition, definition_in
from shared.domain.automations.problem_places import step_of
from shared.domain.automations.steps import AutomationStep, IfStep, SendStep, find_step
from shared.domain.companies.api_key import Scope
from shared.domain.errors import Conflict, InvalidInput, NotFound
from shared.domain.ids import computed_id, random_id
from shared.domain.record import replace

pages = Pages()
_K = StepKind
# All fields of all kinds that hold one text.
_TEXTS = (
    *("sender_id", "template_id", "subject", "body", "amount", "unit", "clock", "field", "days", "side"),
    *("event", "what", "tag", "does", "list_id", "value", "endpoint_id", "name", "text"),
)


@pages.get("/automations/{automation_id}/draft/new-step", Scope.WRITE)
async def show_new_step(visit: Visit) -> Response:
    """The kinds of step, then the form of the one that was chosen."""
    automation, _ = await read_draft(visit)
    place, kind = visit.query("at"), _kind(visit.query("kind"))
    where = f"/automations/{automation.id}/draft/new-step?at={_in_address(place)}"
    if kind is None:
        return visit.page("automations/choose_step.html", automation=automation, kinds=KINDS, where=where)
    if kind is _K.UNTIL_EVENT and event_named(visit.query("event")) is None:
        return _choose_event(visit, automation, f"{where}&kind={kind}&event=")
    typed = {"event": visit.query("event"), "unit": "3600", "sender_id": "", "template_id": ""}
    return await _page(visit, automation, kind, random_id(), place, typed, Built(), {})


@pages.get("/automations/{automation_id}/draft/steps/{step_id}", Scope.WRITE)
async def show_step(visit: Visit) -> Response:
    """The form of a step; of a wait, also as another kind of wait."""
    automation, draft = await read_draft(visit)
    step = _found(draft, visit.path("step_id"))
    own, kind = kind_of(step), _kind(visit.query("kind"))
    kind = kind if kind in WAITS and own in WAITS else own
    typed: dict[str, Any] = {**(typed_of_step(step) if kind is own else {})}
    if event := event_named(visit.query("event")):
        typed |= {"event": str(event), "what": ""}
    if kind is _K.UNTIL_EVENT and (visit.query("event") == "choose" or not typed.get("event")):
        where = f"/automations/{automation.id}/draft/steps/{step.id}?kind={kind}&event="
        return _choose_event(visit, automation, where)
    built = built_of(step.criterion) if isinstance(step, IfStep) else Built()
    if built is None:
        said = step_words(step, await called_in(visit, draft.steps))
        raise Conflict(f"“{said}” is deeper than the page can show. Change it by the API, or remove it.")
    return await _page(visit, automation, kind, step.id, "", typed, built, {})


@pages.post("/automations/{automation_id}/draft/steps", Scope.WRITE)
async def save_step(visit: Visit) -> Response:
    """Store the step in the draft: in its place, or as a new one where the form says.

    Sent twice, it is one.
    """
    automation, draft = await read_draft(visit)
    form = visit.form
    kind, step_id = _kind(form.given("kind")), form.item_id("id")
    if kind is None or not step_id:
        raise NotFound("form of a step of that kind", form.given("kind")[:40])
    known, changed_draft = find_step(draft.steps, step_id), draft
    try:
        offers = await offers_for(visit, kind, form.given("event"))
        step = await _with_text(visit, automation, read_step(form, kind, step_id, offers), offers)
        if known == step:
            return visit.go(draft_page(automation.id, step_id), done="Nothing changed.")
        changed_draft = _with_step(draft, known, step, form.given("at"))
        await save_draft(visit, automation, changed_draft)
    except InvalidInput as invalid:
        return await _again(visit, automation, kind, step_id, _placed(changed_draft, step_id, invalid))
    except Conflict as conflict:
        return await _again(visit, automation, kind, step_id, {"step": f"{conflict} Then save it once more."})
    done = "The step is stored in the draft." if known else "The step is added to the draft."
    return visit.go(draft_page(automation.id, step_id), done=done)


@pages.post("/automations/{automation_id}/draft/criteria", Scope.WRITE)
async def build_criteria(visit: Visit) -> Response:
    """The form of an if with a condition more or less, or of another kind. It stores nothing."""
    automation, draft = await read_draft(visit)
    built = changed(read_built(visit.form), visit.form.given("do"))
    if visit.is_fragment:
        choices = await criteria_choices(visit, draft.source_ids())
        build = _build_path(automation)
        return visit.page("segments/builder.html", **choices, built=built, build=build, problems={})
    step_id, place = visit.form.item_id("id") or random_id(), visit.form.given("at")
    return await _page(visit, automation, _K.IF, step_id, place, {}, built, {})


def _kind(text: str) -> StepKind | None:
    return next((one for one in StepKind if one == text), None)


def _in_address(place: str) -> str:
    """A place as an address holds it: what is no place of ours is none."""
    return (
        place
        if place.replace("-", "").replace("_", "").replace(".", "").isalnum() and place.isascii()
        else ""
    )


def _found(draft: Definition, step_id: str) -> AutomationStep:
    step = find_step(draft.steps, step_id)
    if step is None:
        raise NotFound("step", step_id)
    return step


def _choose_event(visit: Visit, automation: Automation, address: str) -> Response:
    return visit.page(
        "automations/choose_event.html",
        automation=automation,
        title="Wait until what happens?",
        happenings=HAPPENINGS,
        with_date=False,
        address=address,
        back=draft_page(automation.id),
    )


def _with_step(draft: Definition, known: AutomationStep | None, step: AutomationStep, at: str) -> Definition:
    """The draft with the step, which keeps its branches and what the form does not have."""
    if known is None:
        return replace(draft, steps=put_step(draft.steps, at, step))
    if type(known) is not type(step):
        raise Conflict("The step does something else meanwhile. Look at the draft again.")
    if isinstance(known, IfStep) and isinstance(step, IfStep):
        step = msgspec.structs.replace(step, then=known.then, otherwise=known.otherwise)
    if isinstance(known, SendStep) and isinstance(step, SendStep) and known.channel == step.channel:
        step = msgspec.structs.replace(step, address_field=known.address_field)
    return replace(draft, steps=change_step(draft.steps, step))


async def _with_text(
    visit: Visit, automation: Automation, step: AutomationStep, offers: Offers
) -> AutomationStep:
    """The step with the text that was written for it stored; sent twice, it is one text."""
    if not isinstance(step, SendStep) or step.template_id != NEW_TEXT:
        return step
    text_id = computed_id(automation.id, step.id, visit.form.given("subject"), visit.form.given("body"))
    name = f"{automation.name}, {len(offers.templates) + 1}"[:200]
    made = await save_text(visit, text_id, name, step.channel)
    return msgspec.structs.replace(step, template_id=made.id)


def _placed(draft: Definition, step_id: str, invalid: InvalidInput) -> dict[str, str]:
    """What is wrong, by its place in the form; what is wrong with more than the step stands above it."""
    problems = {}
    for one in invalid.problems:
        found, rest = step_of(draft.steps, one)
        field = place_in_form(rest) if found == step_id else one.field
        problems[criterion_place(field)] = one.reason
    return problems


async def _again(
    visit: Visit, automation: Automation, kind: StepKind, step_id: str, problems: dict[str, str]
) -> Response:
    """The form as it was typed, with what is wrong."""
    form = visit.form
    typed: dict[str, Any] = {name: form.given(name) for name in _TEXTS}
    typed["weekdays"] = form.lines("weekdays")
    fresh, _ = await read_draft(visit)
    return await _page(visit, fresh, kind, step_id, form.given("at"), typed, read_built(form), problems)


async def _page(
    visit: Visit,
    automation: Automation,
    kind: StepKind,
    step_id: str,
    place: str,
    typed: dict[str, Any],
    built: Built,
    problems: dict[str, str],
) -> Response:
    offers = await offers_for(visit, kind, typed.get("event", ""))
    draft = definition_in(automation.draft)
    return visit.page(
        "automations/step.html",
        code=422 if problems else 200,
        **(await criteria_choices(visit, draft.source_ids()) if kind is _K.IF else {}),
        automation=automation,
        mark=draft_mark(automation),
        kind=kind,
        title=KINDS[kind][0],
        step_id=step_id,
        place=_in_address(place),
        is_new=find_step(draft.steps, step_id) is None,
        typed=typed,
        problems=problems,
        offers=offers,
        other_waits={one: KINDS[one][0] for one in WAITS if one is not kind} if kind in WAITS else {},
        units=UNITS,
        happenings=HAPPENINGS,
        built=built,
        build=_build_path(automation),
    )


def _build_path(automation: Automation) -> str:
    return f"/automations/{automation.id}/draft/criteria"
