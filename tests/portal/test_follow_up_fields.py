"""The form of a step: what it shows makes the same step again."""

from datetime import time

import pytest
from starlette.datastructures import FormData

from functions.portal.campaign_fields import Choices
from functions.portal.follow_up_fields import read_step, typed_of_step
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
from shared.domain.errors import InvalidInput
from shared.domain.files.file import File
from tests.kit.builders import NOON, a_source, a_step, a_template, an_email_sender, an_sms_sender

FILE = File(id="f", source_id="appointments", name="day.csv", object_name="o", created_at=NOON)
CHOICES = Choices(file=FILE, source=a_source(), senders=(an_sms_sender(), an_email_sender()))
WHEN = "appointment_at"


def _read(step: Step, typed: dict[str, str] | None = None, place: int = 1) -> Step:
    shown = typed_of_step(step, a_template()) | (typed or {})
    pairs = [
        (name, one) for name, value in shown.items() for one in ([value] if isinstance(value, str) else value)
    ]
    return read_step(Form(FormData(pairs)), CHOICES, step, place)[0]


@pytest.mark.parametrize(
    "when",
    [
        AtOnce(),
        AfterDelay(seconds=3 * 86_400, counted_from=DelayMeasure.STEP),
        AfterDelay(seconds=5_400, counted_from=DelayMeasure.RECIPIENT),
        AtField(field=WHEN, days=-3, clock=time(17)),
        AtField(field=WHEN, days=2),
        AtField(field=WHEN, seconds=-7_200, if_late=IfLate.SEND_AT_ONCE),
    ],
)
def test_what_is_shown_is_what_is_stored(when: When) -> None:
    for only_if, answers in (
        (OnlyIf.NOT_DELIVERED, ()),
        (OnlyIf.ANSWERED_WITH, (Disposition.CANCELED,)),
    ):
        step = a_step(when=when, only_if=only_if, answers=answers)
        assert _read(step) == step


def test_a_first_step_waits_for_none_and_asks_nobody() -> None:
    step = a_step(when=AfterDelay(seconds=60, counted_from=DelayMeasure.STEP), only_if=OnlyIf.NOT_ANSWERED)
    assert _read(step, place=0) == a_step()


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"when": "after_delay", "count": "soon"}, "count"),
        ({"when": "at_field", "field": "nothing"}, "field"),
        ({"when": "at_field", "field": WHEN, "field_unit": "hours", "clock": "17:00"}, "clock"),
        ({"sender_id": "somebody"}, "sender_id"),
        ({"only_if": "often"}, "only_if"),
    ],
)
def test_what_is_wrong_is_named_by_its_field(typed: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        _read(a_step(), typed)
    assert field in [problem.field for problem in raised.value.problems]
