"""The search finds nothing wrong with the protocol, and finds what is wrong with each broken variant."""

import pytest

from shared.domain.messages import message
from shared.domain.messages.message import MessageState
from shared.domain.messages.sending import Outcome
from tests.faults import model
from tests.faults.guards import GUARDS
from tests.faults.model import Bounds, Model

HANGS = "left hanging for ever"
TWICE = "sent twice"
HIDDEN = "shown as not sent, yet on its way"
CALM = Bounds(kills=0, repeats=1, doubtful=1, calls=2)


def test_no_order_of_events_breaks_a_promise() -> None:
    search = Model(Bounds(kills=2, repeats=1, doubtful=1, calls=2))
    assert search.broken_promises() == {}
    assert search.states > 50_000


@pytest.mark.parametrize(
    ("guard", "promise"),
    [
        ("intent fence", HANGS),
        ("token compare", HIDDEN),
        ("what was given up is not requeued", TWICE),
    ],
)
def test_without_a_guard_the_search_finds_the_story(guard: str, promise: str) -> None:
    with GUARDS[guard].removed():
        assert promise in Model(CALM).broken_promises()


def test_a_late_write_without_its_precondition_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model, "is_as_written", lambda message, attempt: True)
    assert HANGS in Model(Bounds(kills=1, repeats=1, doubtful=1, calls=2)).broken_promises()


def test_a_batch_that_is_closed_over_what_was_put_back_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(model._DO, "close", lambda state, place, _: model._close(state, place, None))
    assert HANGS in Model(CALM).broken_promises()


def test_without_the_sweep_the_search_finds_the_story() -> None:
    assert HANGS in Model(CALM, sweeps=False).broken_promises()


def test_a_5xx_that_is_sent_again_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(message.RESULT_STATES, Outcome.UNKNOWN, MessageState.QUEUED)
    assert TWICE in Model(CALM).broken_promises()


def test_a_5xx_that_counts_as_refused_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(message.RESULT_STATES, Outcome.UNKNOWN, MessageState.FAILED)
    assert HIDDEN in Model(CALM).broken_promises()


def test_a_late_answer_that_brings_back_what_was_given_up_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    arrows = message.ARROWS[MessageState.UNKNOWN] | {MessageState.QUEUED}
    monkeypatch.setitem(message.ARROWS, MessageState.UNKNOWN, arrows)
    assert HANGS in Model(CALM).broken_promises()


ANSWERS = Bounds(kills=1, repeats=1, doubtful=1, calls=2, answers=1)


def test_whoever_has_answered_is_not_asked_again_in_any_order_of_events() -> None:
    assert Model(ANSWERS).broken_promises() == {}


def test_without_the_answers_in_the_intent_the_search_finds_the_story() -> None:
    with GUARDS["answers in the transaction"].removed():
        assert "asked again after an answer" in Model(ANSWERS).broken_promises()
