"""The fields of a step's form, and the step that they make."""

from collections.abc import Sequence
from datetime import time

from functions.portal.contact_form import typed_value, value_text
from functions.portal.criteria_fields import built_criterion
from functions.portal.event_fields import Choice, read_date, read_event, typed_date, typed_event
from functions.portal.kit.forms import Form
from functions.portal.segment_builder import read_built
from functions.portal.step_kinds import UNITS, StepKind
from functions.portal.step_offers import Offers
from shared.domain.automations.steps import (
    AutomationStep,
    EndStep,
    FieldStep,
    HandOverStep,
    IfStep,
    ListStep,
    SendStep,
    TagStep,
    Wait,
    WaitFor,
    WaitStep,
    WaitUntilDate,
    WaitUntilEvent,
    WaitUntilTime,
    WebhookStep,
)

K = StepKind
_LONGEST = 365 * 86_400
NEW_TEXT = "new"
# Where a problem of the stored step is in the form, by the end of its path.
_PLACES = {
    "wait.seconds": "amount",
    "wait.limit_seconds": "amount",
    "wait.event.what": "what",
    "wait.event.event": "event",
    "wait.weekdays": "weekdays",
    "wait.field": "field",
    "wait.days": "days",
}


def read_step(form: Form, kind: StepKind, step_id: str, offers: Offers) -> AutomationStep:
    """The step that the form says; an if is without its branches. Raises InvalidInput."""
    step = _read(form, kind, step_id, offers)
    form.check()
    return step


def _read(form: Form, kind: StepKind, step_id: str, offers: Offers) -> AutomationStep:
    match kind:
        case K.SEND:
            return _send(form, step_id, offers)
        case K.IF:
            return IfStep(id=step_id, criterion=built_criterion(read_built(form)))
        case K.TAG:
            tag = _written(form, "tag", "name the tag, such as vip", most=60)
            return TagStep(id=step_id, tag=tag, is_attached=_is_first(form))
        case K.LIST:
            list_id = _chosen(form, "list_id", offers.lists)
            return ListStep(id=step_id, list_id=list_id, is_member=_is_first(form))
        case K.FIELD:
            return _field(form, step_id, offers)
        case K.WEBHOOK:
            endpoint_id = _chosen(form, "endpoint_id", offers.endpoints)
            name = _written(form, "name", "say what your system is to call it")
            return WebhookStep(id=step_id, endpoint_id=endpoint_id, name=name)
        case K.HAND_OVER:
            text = form.text("text", is_needed=False, most=2_000).strip()
            if not text:
                form.wrong("text", "write what your colleague is to do")
            return HandOverStep(id=step_id, text=text)
        case K.END:
            return EndStep(id=step_id)
    return WaitStep(id=step_id, wait=_wait(form, kind, offers))


def _written(form: Form, name: str, wanted: str, most: int = 200) -> str:
    """A line; where it is empty, `wanted` says what to write."""
    text = form.line(name, is_needed=False, most=most)
    if not text:
        form.wrong(name, wanted)
    return text


def _is_first(form: Form) -> bool:
    """Of two contrary choices, whether it is the first: attach, put on."""
    return form.one_of("does", ("yes", "no")) != "no"


def _chosen(form: Form, name: str, choices: Sequence[Choice]) -> str:
    found = form.one_of(name, [value for value, _ in choices])
    if not found:
        form.wrong(name, "choose one")
    return found


def _send(form: Form, step_id: str, offers: Offers) -> SendStep:
    sender_id = _chosen(form, "sender_id", [(one.id, "") for one in offers.senders])
    template_id = _chosen(form, "template_id", [(NEW_TEXT, ""), *((one.id, "") for one in offers.templates)])
    form.check()
    sender = next(one for one in offers.senders if one.id == sender_id)
    template = next((one for one in offers.templates if one.id == template_id), None)
    if template is None and not form.text("body", is_needed=False).strip():
        form.wrong("body", "write the text, or choose one that is there")
    elif template is not None and template.channel != sender.channel:
        text, way = template.channel.record.noun, sender.channel.record.noun
        reason = f"is made for {text}, and the sender for {way}: choose another text, or another sender"
        form.wrong("template_id", reason)
    return SendStep(id=step_id, channel=sender.channel, template_id=template_id, sender_id=sender_id)


def _field(form: Form, step_id: str, offers: Offers) -> FieldStep:
    name = _chosen(form, "field", [(one.id, "") for one in offers.fields])
    form.check()
    definition = next(one for one in offers.fields if one.id == name)
    return FieldStep(id=step_id, field=name, value=typed_value(form, "value", definition.kind))


def _wait(form: Form, kind: StepKind, offers: Offers) -> Wait:
    match kind:
        case K.UNTIL_TIME:
            days = {int(day) for day in form.lines("weekdays") if day in "1234567" and len(day) == 1}
            return WaitUntilTime(clock=form.clock("clock", time(9)), weekdays=tuple(sorted(days)))
        case K.UNTIL_DATE:
            name, days_off = read_date(form, offers.dates)
            clock = form.clock("clock", time(9)) if form.given("clock") else None
            return WaitUntilDate(field=name, days=days_off, clock=clock)
        case K.UNTIL_EVENT:
            return WaitUntilEvent(event=read_event(form, offers.whats), limit_seconds=_seconds(form))
    return WaitFor(seconds=_seconds(form))


def _seconds(form: Form) -> int:
    """How long: an amount of a unit, a year at most."""
    unit = int(form.one_of("unit", [value for value, _ in UNITS]) or "3600")
    amount = form.whole("amount", least=1, most=_LONGEST // unit)
    if amount is None and not form.given("amount").strip():
        form.wrong("amount", "say how long, such as 2")
    return (amount or 1) * unit


def typed_of_step(step: AutomationStep) -> dict[str, str | list[str]]:
    """The form's fields as they stand in a step; those of an if are its criteria, apart."""
    match step:
        case SendStep():
            return {"sender_id": step.sender_id, "template_id": step.template_id}
        case WaitStep():
            return _typed_of_wait(step.wait)
        case TagStep():
            return {"tag": step.tag, "does": "yes" if step.is_attached else "no"}
        case ListStep():
            return {"list_id": step.list_id, "does": "yes" if step.is_member else "no"}
        case FieldStep():
            return {"field": step.field, "value": "" if step.value is None else value_text(step.value)}
        case WebhookStep():
            return {"endpoint_id": step.endpoint_id, "name": step.name}
        case HandOverStep():
            return {"text": step.text}
    return {}


def _typed_of_wait(wait: Wait) -> dict[str, str | list[str]]:
    match wait:
        case WaitUntilTime():
            return {"clock": f"{wait.clock:%H:%M}", "weekdays": [str(day) for day in wait.weekdays]}
        case WaitUntilDate():
            return {**typed_date(wait.field, wait.days, wait.clock)}
        case WaitUntilEvent():
            return {**typed_event(wait.event), **_typed_seconds(wait.limit_seconds)}
    return {**_typed_seconds(wait.seconds)}


def _typed_seconds(seconds: int) -> dict[str, str]:
    """In the largest unit that it is a whole number of."""
    unit = next(size for size in (86_400, 3_600, 60, 1) if seconds % size == 0)
    return {"amount": str(seconds // unit), "unit": str(unit)}


def place_in_form(rest: str) -> str:
    """Where the form has what a problem's path ends with; criteria have places of their own."""
    return "value" if rest.startswith("fields.") else _PLACES.get(rest, rest or "step")
