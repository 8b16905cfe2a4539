"""The fields of a campaign step's form: which sender, when, for whom; and the step they make."""

from datetime import time
from typing import Any

from functions.portal.campaign_fields import Choices
from functions.portal.kit.forms import Form
from shared.domain.campaigns.reply_option import Disposition
from shared.domain.campaigns.step import (
    AfterDelay,
    AtField,
    AtOnce,
    DelayMeasure,
    IfLate,
    OnlyIf,
    Step,
    When,
)
from shared.domain.record import replace
from shared.domain.senders.sender import Sender
from shared.domain.templates.template import Template

UNITS = {"minutes": 60, "hours": 3_600, "days": 86_400}  # seconds
MOST = 100_000  # of a unit; how long a wait may be is the campaign's own rule
AT_ONCE, DELAY, FIELD = "at_once", "after_delay", "at_field"
_NAMES = (
    *("sender_id", "address_field", "subject", "body", "template_id", "when", "count", "unit"),
    *("counted_from", "field", "field_count", "field_unit", "side", "clock", "if_late", "only_if"),
)


def typed_of_step(step: Step | None, template: Template | None) -> dict[str, Any]:
    """The form's fields as they stand in a step; a new follow-up begins a day later, for who is silent."""
    when = step.when if step else AfterDelay(seconds=UNITS["days"], counted_from=DelayMeasure.RECIPIENT)
    only_if = step.only_if if step else OnlyIf.NOT_ANSWERED
    return {
        "sender_id": step.sender_id if step else "",
        "address_field": step.address_field if step else "",
        "template_id": step.template_id if step else "",
        "subject": template.subject if template else "",
        "body": template.body if template else "",
        "only_if": str(only_if),
        "answers": list(step.answers) if step else [],
        **_typed_when(when),
    }


def _typed_when(when: When) -> dict[str, str]:
    typed = {
        "when": AT_ONCE, "count": "1", "unit": "days", "counted_from": str(DelayMeasure.RECIPIENT),
        "field": "", "field_count": "1", "field_unit": "days", "side": "before", "clock": "",
        "if_late": str(IfLate.SKIP),
    }  # fmt: skip
    if isinstance(when, AfterDelay):
        count, unit = _in_units(when.seconds)
        typed |= {"when": DELAY, "count": count, "unit": unit, "counted_from": str(when.counted_from)}
    elif isinstance(when, AtField):
        is_by_day = bool(when.days) or when.clock is not None
        count, unit = (str(abs(when.days)), "days") if is_by_day else _in_units(abs(when.seconds))
        typed |= {
            "when": FIELD, "field": when.field, "field_count": count, "field_unit": unit,
            "side": "after" if when.days > 0 or when.seconds > 0 else "before",
            "clock": f"{when.clock:%H:%M}" if when.clock else "", "if_late": str(when.if_late),
        }  # fmt: skip
    return typed


def _in_units(seconds: int) -> tuple[str, str]:
    """How many of the largest unit that leaves no rest; what is not whole minutes is rounded to them."""
    unit = next((name for name in ("days", "hours") if seconds and not seconds % UNITS[name]), "minutes")
    return str(round(seconds / UNITS[unit])), unit


def typed_of_form(form: Form) -> dict[str, Any]:
    """The form's fields as they were typed, to be shown again."""
    return {**{name: form.given(name) for name in _NAMES}, "answers": form.lines("answers")}


def read_step(form: Form, choices: Choices, known: Step | None, place: int) -> tuple[Step, Sender]:
    """The step that the form says, and its sender. Raises InvalidInput naming every field that is wrong."""
    sender_id = form.item_id("sender_id")
    sender = next((one for one in choices.senders if one.id == sender_id), None)
    if sender_id and sender is None:
        form.wrong("sender_id", "is no choice of this form")
    found = choices.address_said(form, sender, known)
    form.text("body")
    template_id, when = form.item_id("template_id"), _when(form, choices, place)
    only_if = form.choice("only_if", OnlyIf) if place else OnlyIf.ANYBODY
    answers = [one for one in Disposition if one in form.lines("answers")]
    form.check()
    if sender is None:
        raise TypeError("a form without faults has a sender")
    changes: dict[str, Any] = {
        "channel": sender.channel,
        "template_id": template_id,
        "sender_id": sender.id,
        "address_field": found,
        "when": when,
        "only_if": only_if,
        "answers": tuple(answers) if only_if is OnlyIf.ANSWERED_WITH else (),
    }
    return (replace(known, **changes) if known else Step(id="", **changes)), sender


def _when(form: Form, choices: Choices, place: int) -> When:
    kind = form.one_of("when", (AT_ONCE, DELAY, FIELD)) or AT_ONCE
    if kind == DELAY and place:
        count, unit = form.whole("count", least=1, most=MOST), form.one_of("unit", UNITS) or "days"
        if count is None:
            form.wrong("count", "say how long after")
        measure = form.choice("counted_from", DelayMeasure)
        return AfterDelay(seconds=(count or 1) * UNITS[unit], counted_from=measure)
    return _at_field(form, choices) if kind == FIELD else AtOnce()


def _at_field(form: Form, choices: Choices) -> AtField:
    field = form.one_of("field", choices.moment_fields)
    if not field:
        form.wrong("field", "choose the date that it is counted from")
    count, unit = form.whole("field_count", most=MOST) or 0, form.one_of("field_unit", UNITS) or "days"
    signed = count if form.one_of("side", ("before", "after")) == "after" else -count
    if_late, clock = form.choice("if_late", IfLate), None
    if form.given("clock"):
        clock = form.clock("clock", time(9))
        if unit != "days":
            form.wrong("clock", "goes with days: leave it empty, or say days")
    is_by_day = unit == "days"
    return AtField(
        field=field,
        days=signed if is_by_day else 0,
        seconds=0 if is_by_day else signed * UNITS[unit],
        clock=clock,
        if_late=if_late,
    )
