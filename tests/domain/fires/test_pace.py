"""How fast a fire goes, and when it is through."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.domain.fires.fire import Fire, LaterStep
from shared.domain.fires.pace import (
    GATHERING,
    JUST_BEGUN,
    NOTHING_LATELY,
    PREPARING,
    UNTIL_SENT,
    Coming,
    Pace,
    measured_since,
    pace_of,
)
from shared.domain.record import replace

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
MINUTE, NIGHT = timedelta(minutes=1), "It is night there."
FIRE = Fire(
    id="f", campaign_id="c", slot="s", content_hash="h", fired_at=NOON - 30 * MINUTE, chunks_stored=True
)
DUE = Coming(pending=600, first=NOON - MINUTE, last=NOON + MINUTE)
LATER = LaterStep(step_id="two", after="one", seconds=60)


def test_what_is_left_takes_as_long_as_the_last_minutes_say() -> None:
    assert pace_of(FIRE, DUE, 500, NOON) == Pace(per_minute=100, ends_at=NOON + 6 * MINUTE)


def test_it_is_not_through_before_the_last_batch_begins() -> None:
    spread = replace(DUE, last=NOON + 90 * MINUTE)
    assert pace_of(FIRE, spread, 500, NOON) == Pace(per_minute=100, ends_at=NOON + 90 * MINUTE)


def test_what_a_young_fire_sent_counts_by_the_minutes_it_had() -> None:
    young = replace(FIRE, fired_at=NOON - 2 * MINUTE)
    assert measured_since(young, NOON) == NOON - 2 * MINUTE
    assert pace_of(young, DUE, 500, NOON).per_minute == 250
    assert measured_since(replace(FIRE, fired_at=NOON), NOON) == NOON - MINUTE
    assert measured_since(FIRE, NOON) == NOON - 5 * MINUTE


@pytest.mark.parametrize(
    ("fire", "coming", "said"),
    [
        (FIRE, replace(DUE, holds=("Paused.", "Broken.")), Pace(per_minute=0, why="Paused. Broken.")),
        (replace(FIRE, is_gathering=True), DUE, Pace(per_minute=0, why=GATHERING)),
        (FIRE, replace(DUE, is_queued=False), Pace(per_minute=0, why=PREPARING)),
        (FIRE, replace(DUE, first=NOON - 3 * MINUTE), Pace(per_minute=0, why=NOTHING_LATELY)),
        (FIRE, DUE, Pace(per_minute=0, why=JUST_BEGUN)),
        (replace(FIRE, fired_at=NOON), DUE, Pace(per_minute=0, why=JUST_BEGUN)),
        (FIRE, Coming(pending=3, waits="People."), Pace(per_minute=0, why="People.")),
        (FIRE, Coming(pending=0), Pace(per_minute=0)),
        (replace(FIRE, later=(LATER,)), Coming(pending=0), Pace(per_minute=0, why=UNTIL_SENT)),
        (
            replace(FIRE, later=(LATER,), next_step_at=NOON + MINUTE),
            Coming(pending=0),
            Pace(per_minute=0, goes_on_at=NOON + MINUTE, why=UNTIL_SENT),
        ),
        (
            FIRE,
            Coming(pending=9, first=NOON + 60 * MINUTE, last=NOON + 61 * MINUTE, waits=NIGHT),
            Pace(per_minute=0, ends_at=NOON + 61 * MINUTE, goes_on_at=NOON + 60 * MINUTE, why=NIGHT),
        ),
    ],
)
def test_where_the_end_is_not_known_or_later_the_reason_is_said(
    fire: Fire, coming: Coming, said: Pace
) -> None:
    assert pace_of(fire, coming, 0, NOON) == said


def test_one_message_in_five_minutes_has_an_end_all_the_same() -> None:
    assert pace_of(FIRE, replace(DUE, pending=2), 1, NOON) == Pace(per_minute=0, ends_at=NOON + 2 * MINUTE)
