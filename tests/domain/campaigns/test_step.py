"""When and for whom a step is, and what of that is refused."""

from datetime import time
from typing import Any

import msgspec
import pytest

from shared.domain.campaigns.check_steps import check_steps
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
    chain_of,
)
from shared.domain.files.source import FieldType
from tests.kit.builders import a_campaign, a_step

HOUR = 3600
AFTER_OWN = AfterDelay(seconds=4 * HOUR, counted_from=DelayMeasure.RECIPIENT)
AFTER_ALL = AfterDelay(seconds=600, counted_from=DelayMeasure.STEP)
BEFORE = AtField(field="appointment_at", days=-3, clock=time(17))
TYPES = {"appointment_at": FieldType.DATETIME, "due_on": FieldType.DATE, "name": FieldType.TEXT}


@pytest.mark.parametrize(
    "when",
    [AtOnce(), AFTER_OWN, BEFORE, AtField(field="a", seconds=-86_400, if_late=IfLate.SEND_AT_ONCE)],
)
def test_every_kind_of_time_is_known_again_when_it_was_stored(when: When) -> None:
    assert msgspec.convert(msgspec.to_builtins(when), When) == when


def _steps(*whens: When) -> tuple[Step, ...]:
    return tuple(a_step(id=f"s{place}", when=when) for place, when in enumerate(whens))


@pytest.mark.parametrize(
    ("whens", "chains"),
    [
        ((AtOnce(), AtOnce()), ("s0", "s1")),
        ((AtOnce(), AFTER_OWN, AFTER_OWN), ("s0", "s0 s1", "s0 s1 s2")),
        ((AtOnce(), AFTER_ALL, AFTER_OWN, BEFORE), ("s0", "s1", "s1 s2", "s3")),
        ((BEFORE, AFTER_OWN), ("s0", "s0 s1")),
    ],
)
def test_a_time_is_counted_back_to_what_it_depends_on(
    whens: tuple[When, ...], chains: tuple[str, ...]
) -> None:
    steps = _steps(*whens)
    found = tuple(" ".join(step.id for step in chain_of(steps, one.id)) for one in steps)
    assert found == chains


def _faults(*steps: Step, **campaign: Any) -> list[str]:
    found = check_steps(a_campaign(steps=steps, **campaign), TYPES)
    return [f"{problem.field}: {problem.reason}" for problem in found]


def test_a_ladder_that_makes_sense_is_not_refused() -> None:
    ladder = (
        a_step(when=BEFORE),
        a_step(when=AFTER_OWN, only_if=OnlyIf.NOT_DELIVERED),
        a_step(when=AtField(field="appointment_at", seconds=-2 * HOUR), only_if=OnlyIf.NOT_ANSWERED),
        a_step(when=AFTER_OWN, only_if=OnlyIf.ANSWERED_WITH, answers=(Disposition.CANCELED,)),
    )
    assert _faults(*ladder, expires_field="appointment_at") == []
    assert _faults(a_step(), a_step(when=AFTER_ALL, only_if=OnlyIf.DELIVERED_NOT_ANSWERED)) == []


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        ([a_step(when=AFTER_OWN)], "steps[0].when.kind: the first step has no step before it"),
        (
            [a_step(only_if=OnlyIf.NOT_ANSWERED)],
            "steps[0].only_if: nothing was sent before the first step",
        ),
        (
            [a_step(), a_step(only_if=OnlyIf.NOT_DELIVERED)],
            "steps[1].when: it goes out as the campaign fires, when nothing is known yet",
        ),
        (
            [a_step(), a_step(when=AfterDelay(seconds=91 * 86_400, counted_from=DelayMeasure.STEP))],
            "steps[1].when.seconds: is 1 to 90 days, in seconds",
        ),
        (
            [a_step(when=BEFORE), a_step(when=AFTER_OWN), a_step(when=AFTER_ALL)],
            "steps[2].when.counted_from: the step before goes out to each recipient at a time of their own",
        ),
        ([a_step(when=AtField(field="visit"))], "steps[0].when.field: 'visit' is not a field of the source"),
        (
            [a_step(when=AtField(field="name"))],
            "steps[0].when.field: 'name' is a text field, which says no moment; name a date, or a datetime",
        ),
        (
            [a_step(when=AtField(field="due_on", days=-3))],
            "steps[0].when.clock: 'due_on' is a day without a time: say at which time of day",
        ),
        (
            [a_step(when=AtField(field="appointment_at", seconds=60, clock=time(9)))],
            "steps[0].when.seconds: give seconds from the field's time, or days and a clock time, not both",
        ),
        (
            [a_step(when=AtField(field="appointment_at", days=-400))],
            "steps[0].when.days: lies more than 366 days from the field's date",
        ),
        (
            [a_step(), a_step(when=AFTER_OWN, only_if=OnlyIf.ANSWERED_WITH)],
            "steps[1].answers: say which answers it follows on",
        ),
        (
            [a_step(), a_step(when=AFTER_OWN, answers=(Disposition.CANCELED,))],
            "steps[1].answers: goes with only_if answered_with alone",
        ),
        (
            [
                a_step(),
                a_step(when=AFTER_OWN, only_if=OnlyIf.ANSWERED_WITH, answers=(Disposition.RESCHEDULE_ASKED,)),
            ],
            "steps[1].answers: nobody can answer reschedule_asked: the campaign's reply_options offer "
            "canceled, confirmed",
        ),
    ],
)
def test_what_makes_no_sense_is_refused_with_how_to_mend_it(steps: list[Step], told: str) -> None:
    [fault] = _faults(*steps)
    assert fault.startswith(told)


def test_a_step_after_the_time_when_nothing_goes_out_any_more_is_refused() -> None:
    thanks = a_step(when=AtField(field="appointment_at", days=1, clock=time(10)))
    assert _faults(thanks) == []
    [fault] = _faults(thanks, expires_field="appointment_at")
    assert fault.startswith("steps[0].when: lies after 'appointment_at', and expires_field says")
