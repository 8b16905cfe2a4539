"""When and for whom a step is."""

import msgspec
import pytest

from shared.domain.campaigns.step import AfterDelay, AtField, AtOnce, DelayMeasure, When, first_steps
from tests.kit.builders import a_step

LATER = AfterDelay(seconds=4 * 3600, counted_from=DelayMeasure.RECIPIENT)


def test_a_fire_begins_with_the_steps_that_go_out_at_once() -> None:
    steps = (a_step(), a_step(id="later", when=LATER), a_step(id="second"))
    assert [step.id for step in first_steps(steps)] == ["sms", "second"]


@pytest.mark.parametrize("when", [AtOnce(), LATER, AtField(field="appointment_at", seconds=-86_400)])
def test_every_kind_of_time_is_known_again_when_it_was_stored(when: When) -> None:
    assert msgspec.convert(msgspec.to_builtins(when), When) == when
