"""The provider's clock is another one: what it dates a little before our call may be our message."""

from datetime import timedelta

import pytest

from shared.domain.evidence.reconciling import Proof, ProviderMessage, judge
from shared.domain.messages.message import Message, MessageState
from shared.domain.record import replace
from tests.domain.evidence.test_reconciling import CALLED, LEASE, LOST, proof, shown

TWO_MINUTES = timedelta(minutes=2)


@pytest.mark.parametrize(
    "created_at",
    [
        CALLED - TWO_MINUTES,
        CALLED - timedelta(seconds=90),
        CALLED - timedelta(seconds=1),
        CALLED,
        CALLED + LEASE + TWO_MINUTES,
    ],
)
def test_what_was_created_while_we_called_by_either_clock_is_ours(created_at: object) -> None:
    assert proof(shown(created_at=created_at)) is Proof.FOUND


@pytest.mark.parametrize(
    ("created_at", "expected"),
    [
        (CALLED - TWO_MINUTES - timedelta(seconds=1), Proof.ABSENT),
        (
            CALLED + LEASE + TWO_MINUTES + timedelta(seconds=1),
            Proof.UNCLEAR,
        ),  # a worker may have been stopped
    ],
)
def test_what_was_created_at_another_time_is_not(created_at: object, expected: Proof) -> None:
    assert proof(shown(created_at=created_at)) is expected


@pytest.mark.parametrize(
    ("state", "settled_by", "expected"),
    [
        (MessageState.SENDING, None, Proof.UNCLEAR),
        (MessageState.UNKNOWN, None, Proof.UNCLEAR),
        (MessageState.SENT, None, Proof.UNCLEAR),
        (MessageState.FAILED, "Ana", Proof.UNCLEAR),  # somebody decided: it may have gone out
        (MessageState.FAILED, None, Proof.FOUND),  # refused: nothing was created
        (MessageState.QUEUED, None, Proof.FOUND),
        (MessageState.SKIPPED, None, Proof.FOUND),
    ],
)
def test_which_of_our_others_it_could_be(
    state: MessageState, settled_by: str | None, expected: Proof
) -> None:
    rival = replace(LOST, id="m2", state=state, settled_by=settled_by)
    assert proof(shown(), rivals=(rival,)) is expected


@pytest.mark.parametrize("by", [-TWO_MINUTES, timedelta(0), LEASE])
def test_another_that_was_called_for_at_the_same_time_could_be_it(by: timedelta) -> None:
    rival = replace(LOST, id="m2", sending_at=CALLED + by)
    listed = [shown(created_at=CALLED + by)]
    assert _proof_of(LOST, listed, rival) is Proof.UNCLEAR


def test_another_that_has_its_own_id_or_another_text_could_not() -> None:
    for rival in (replace(LOST, id="m2", provider_id="SM2"), replace(LOST, id="m2", body="Another text")):
        assert _proof_of(LOST, [shown()], rival) is Proof.FOUND


def _proof_of(message: Message, listed: list[ProviderMessage], rival: Message) -> Proof:
    return judge(message, listed, (), (rival,), LEASE).proof
