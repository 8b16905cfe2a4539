"""What a broadcast is at, by its state and its fire."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.domain.campaigns.broadcast import BroadcastState
from shared.domain.fires.broadcast_phase import BroadcastPhase, phase_of, second_wave_at
from shared.domain.fires.fire import Fire, LaterStep, PlannedStep
from tests.kit.builders import a_broadcast

NINE = datetime(2026, 11, 23, 14, tzinfo=UTC)
LATER = NINE + timedelta(minutes=10)
FIRST = PlannedStep(step_id="first", planned=3, chunk_count=1)
TO_COME = LaterStep(step_id="second", after="first", seconds=600)
DUE = LaterStep(step_id="second", after="first", seconds=600, due_at=LATER)
SECOND = PlannedStep(step_id="second", planned=3, chunk_count=1, starts_at=LATER)


def a_fire(**changes: Any) -> Fire:
    facts: dict[str, Any] = {"steps": (FIRST,), "later": (TO_COME,)}
    return Fire(id="f", campaign_id="c", slot="s", content_hash="h", fired_at=NINE, **facts | changes)


@pytest.mark.parametrize(
    ("fire", "minutes", "phase"),
    [
        (a_fire(is_gathering=True, steps=()), 0, BroadcastPhase.MADE),
        (a_fire(starts_at=LATER), 1, BroadcastPhase.MADE),
        (a_fire(starts_at=LATER), 10, BroadcastPhase.FIRST_WAVE),
        (a_fire(), 0, BroadcastPhase.FIRST_WAVE),
        (a_fire(later=(DUE,)), 1, BroadcastPhase.WAITING),
        (a_fire(later=(), steps=(FIRST, SECOND)), 9, BroadcastPhase.WAITING),  # queued, and not due yet
        (a_fire(later=(), steps=(FIRST, SECOND)), 10, BroadcastPhase.SECOND_WAVE),
        (a_fire(later=(), is_closed=True), 20, BroadcastPhase.COLLECTING_STATUSES),
        (a_fire(later=()), 0, BroadcastPhase.FIRST_WAVE),  # without a second one
    ],
)
def test_what_a_made_broadcast_is_at(fire: Fire, minutes: int, phase: BroadcastPhase) -> None:
    made = a_broadcast(state=BroadcastState.MADE)
    assert phase_of(made, fire, NINE + timedelta(minutes=minutes)) is phase


@pytest.mark.parametrize("state", ["planned", "making", "ended", "canceled"])
def test_else_its_own_state_says_it(state: str) -> None:
    assert phase_of(a_broadcast(state=BroadcastState(state)), a_fire(), NINE) == state


def test_while_statuses_are_read_it_says_so() -> None:
    collecting = a_broadcast(state=BroadcastState.COLLECTING)
    assert phase_of(collecting, a_fire(is_closed=True), NINE) is BroadcastPhase.COLLECTING_STATUSES


def test_when_the_second_wave_begins() -> None:
    assert second_wave_at(a_fire()) is None
    assert second_wave_at(a_fire(later=(DUE,))) == LATER
    assert second_wave_at(a_fire(later=(), steps=(FIRST, SECOND))) == LATER
