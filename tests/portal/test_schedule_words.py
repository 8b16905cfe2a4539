"""Times and steps in plain sentences."""

from datetime import datetime, time

import pytest

from functions.portal.schedule_words import schedule_sentence, step_words
from shared.domain.campaigns.reply_option import Disposition
from shared.domain.campaigns.schedule import Schedule, ScheduleKind
from shared.domain.campaigns.step import AfterDelay, AtField, AtOnce, DelayMeasure, OnlyIf, When
from tests.kit.builders import a_step

AT = datetime(2026, 11, 30, 9)  # noqa: DTZ001  # wall time


@pytest.mark.parametrize(
    ("schedule", "said"),
    [
        (Schedule(), "It is sent when somebody presses Send now."),
        (
            Schedule(kind=ScheduleKind.ONCE, at=AT),
            "It is sent once: Monday 30 November 2026 at 09:00, on the clock of America/New_York.",
        ),
        (
            Schedule(kind=ScheduleKind.RECURRING, at=AT, rule="FREQ=DAILY", time_zone="Europe/Berlin"),
            "It is sent again and again by a rule, next: Monday 30 November 2026 at 09:00, on the clock of "
            "Europe/Berlin.",
        ),
    ],
)
def test_a_schedule_is_a_sentence(schedule: Schedule, said: str) -> None:
    assert schedule_sentence(schedule, "America/New_York", [AT]) == said


@pytest.mark.parametrize(
    ("when", "said"),
    [
        (AtOnce(), "At once"),
        (AfterDelay(seconds=7200, counted_from=DelayMeasure.STEP), "2 hours after the step before has ended"),
        (AfterDelay(seconds=86400, counted_from=DelayMeasure.RECIPIENT), "1 day after they were sent it"),
        (AtField(field="visit", days=-2, clock=time(9)), "2 days before the time in “visit” at 09:00"),
        (AtField(field="visit", clock=time(9)), "On the day of the time in “visit” at 09:00"),
        (AtField(field="visit", seconds=-3600), "1 hour before the time in “visit”"),
        (AtField(field="visit"), "At the time in “visit”"),
    ],
)
def test_a_step_says_when(when: When, said: str) -> None:
    assert step_words(a_step(when=when), 0) == f"{said}, for everybody"


def test_a_step_says_for_whom() -> None:
    assert step_words(a_step(only_if=OnlyIf.NOT_ANSWERED), 1).endswith("for who has not answered")
    answered = a_step(only_if=OnlyIf.ANSWERED_WITH, answers=(Disposition.CANCELED,))
    assert step_words(answered, 1).endswith("for who answered cancelled")
    assert all(step_words(a_step(only_if=one), 0) for one in OnlyIf)
