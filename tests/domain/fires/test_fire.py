"""The ledger's sum, its percentage, and what a fire amounts to."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.fires.fire import Fire, FireState, Ledger, ProgressStatus, status_of
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
