"""The ledger's sum, its percentage, and what a fire amounts to."""

from datetime import timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.fires.fire import (
    EmptyBecause,
    Fire,
    FireState,
    Ledger,
    ProgressStatus,
    chunk_id,
    status_of,
)
from shared.domain.record import replace
from tests.kit.builders import NOON

COUNTS = st.integers(0, 1000)


def a_fire(state: FireState = FireState.FIRING) -> Fire:
    return Fire(id="f1", campaign_id="reminders", slot="s", content_hash="h", fired_at=NOON, state=state)


@given(COUNTS, COUNTS, COUNTS, COUNTS, COUNTS)
def test_the_percentage_is_whole_only_when_nothing_is_pending(
    sent: int, skipped: int, failed: int, unknown: int, pending: int
) -> None:
    planned = sent + skipped + failed + unknown + pending
    ledger = Ledger(
        planned=planned, sent=sent, skipped=skipped, failed=failed, unknown=unknown, pending=pending
    )
    assert ledger.is_balanced
    assert 0 <= ledger.percent <= 100
    assert (ledger.percent == 100) == (pending == 0)


def test_one_message_more_or_less_unbalances_the_ledger() -> None:
    assert not Ledger(planned=3, sent=2).is_balanced
    assert not Ledger(planned=3, sent=2, failed=2).is_balanced


def test_an_open_fire_never_counts_as_over() -> None:
    still = (
        (Ledger(planned=2, sent=1, pending=1), True),
        (Ledger(planned=2, sent=2), False),
        (Ledger(planned=3, sent=2), True),
    )
    for (ledger, all_planned), state in product(still, FireState):
        expected = ProgressStatus.PAUSED if state is FireState.PAUSED else ProgressStatus.FIRING
        assert status_of(a_fire(state), ledger, all_planned=all_planned) is expected


def test_what_is_unknown_needs_attention_also_when_canceled() -> None:
    for state in FireState:
        unknown = Ledger(planned=2, sent=1, unknown=1)
        assert status_of(a_fire(state), unknown, all_planned=True) is ProgressStatus.NEEDS_ATTENTION


def test_a_fire_that_is_over_is_sent_or_canceled() -> None:
    over = Ledger(planned=2, sent=1, skipped=1)
    assert status_of(a_fire(), over, all_planned=True) is ProgressStatus.SENT
    assert status_of(a_fire(FireState.PAUSED), over, all_planned=True) is ProgressStatus.SENT
    assert status_of(a_fire(FireState.CANCELED), over, all_planned=True) is ProgressStatus.CANCELED


def test_a_fire_that_had_nobody_is_empty_and_not_sent() -> None:
    assert status_of(a_fire(), Ledger(), all_planned=True) is ProgressStatus.EMPTY
    assert status_of(a_fire(FireState.CANCELED), Ledger(), all_planned=True) is ProgressStatus.CANCELED


def test_two_ledgers_are_added_number_by_number() -> None:
    one = Ledger(planned=28, sent=1, skipped=2, failed=3, unknown=4, pending=18, filtered=6)
    assert one + one == Ledger(planned=56, sent=2, skipped=4, failed=6, unknown=8, pending=36, filtered=12)


def test_a_fire_is_past_retention_to_the_moment() -> None:
    fire = a_fire()
    assert fire.is_past_retention(fire.fired_at + timedelta(days=30), 30)
    assert not fire.is_past_retention(fire.fired_at + timedelta(days=30, seconds=-1), 30)


def test_chunks_of_other_fires_steps_and_places_are_others() -> None:
    ids = {chunk_id("f1", "a", 0), chunk_id("f2", "a", 0), chunk_id("f1", "b", 0), chunk_id("f1", "a", 1)}
    assert len(ids) == 4
    assert chunk_id("f1", "a", 0) in ids


@pytest.mark.parametrize(
    ("because", "is_alarming"),
    [
        (None, False),
        (EmptyBecause.NO_NEW_FILE, False),
        (EmptyBecause.NO_FILE, True),
        (EmptyBecause.NO_ROWS, True),
    ],
)
def test_a_fire_that_expected_rows_and_has_none_is_an_alarm(
    because: EmptyBecause | None, is_alarming: bool
) -> None:
    assert replace(a_fire(), empty_because=because).is_alarming is is_alarming
