"""What every answer of a provider makes of a message, field by field."""

from datetime import timedelta

import pytest

from shared.domain.messages.failure import Failure, FailureStep, failure_of, refusal_of
from shared.domain.messages.message import (
    LEASE_LOST,
    MAX_ATTEMPTS,
    NOT_SENT,
    MessageState,
    after_result,
    given_up,
    moved,
)
from shared.domain.messages.sending import Outcome, SendResult
from shared.domain.record import replace
from tests.kit.builders import NOON, a_message

LATER = NOON + timedelta(seconds=3)
SENDING = a_message(state=MessageState.SENDING, token="ours", attempt=3, sending_at=NOON, batch_id="b1")


def answer(outcome: Outcome, **changes: object) -> SendResult:
    return replace(SendResult(outcome=outcome, code="42", reason="Why."), **changes)  # type: ignore[arg-type]


def test_accepted() -> None:
    result = SendResult(outcome=Outcome.ACCEPTED, provider_id="SM1", reason="It is fine.")
    assert after_result(SENDING, "ours", result, LATER) == replace(
        SENDING, state=MessageState.SENT, provider_id="SM1", sent_at=LATER
    )


@pytest.mark.parametrize("outcome", [Outcome.REJECTED, Outcome.OPTED_OUT])
def test_refused_for_good(outcome: Outcome) -> None:
    assert after_result(SENDING, "ours", answer(outcome), LATER) == replace(
        SENDING, state=MessageState.FAILED, code="42", reason="Why."
    )


def test_refused_for_now_waits_again_with_its_attempt_counted() -> None:
    assert after_result(SENDING, "ours", answer(Outcome.NOT_ACCEPTED), LATER) == replace(
        SENDING, state=MessageState.QUEUED, token=None, code="42", reason="Why."
    )


def test_a_broken_sender_costs_the_message_no_attempt() -> None:
    assert after_result(SENDING, "ours", answer(Outcome.SENDER_BROKEN), LATER) == replace(
        SENDING, state=MessageState.QUEUED, token=None, attempt=2, code="42", reason="Why."
    )
    last = replace(SENDING, attempt=MAX_ATTEMPTS)
    again = after_result(last, "ours", answer(Outcome.SENDER_BROKEN), LATER)
    assert (again.state, again.attempt) == (MessageState.QUEUED, MAX_ATTEMPTS - 1)


def test_the_last_attempt_fails_and_says_that_nothing_was_sent() -> None:
    last = replace(SENDING, attempt=MAX_ATTEMPTS)
    assert after_result(last, "ours", answer(Outcome.NOT_ACCEPTED), LATER) == replace(
        last, state=MessageState.FAILED, code="42", reason="Why.", settled_by=NOT_SENT
    )
    before = replace(SENDING, attempt=MAX_ATTEMPTS - 1)
    assert after_result(before, "ours", answer(Outcome.NOT_ACCEPTED), LATER).state is MessageState.QUEUED


def test_an_outcome_nobody_knows_is_searched_for_from_when_it_was_called() -> None:
    assert after_result(SENDING, "ours", answer(Outcome.UNKNOWN), LATER) == replace(
        SENDING, state=MessageState.UNKNOWN, code="42", reason="Why.", search_at=NOON
    )


def test_an_answer_after_the_lease_was_lost() -> None:
    lost = replace(SENDING, state=MessageState.UNKNOWN, reason=LEASE_LOST, search_at=NOON, provider_id="SM0")
    sent = after_result(lost, "ours", SendResult(outcome=Outcome.ACCEPTED), LATER)
    assert sent == replace(lost, state=MessageState.SENT, sent_at=LATER, reason=None, search_at=None)
    failed = after_result(lost, "ours", answer(Outcome.NOT_ACCEPTED), LATER)
    assert failed == replace(
        lost, state=MessageState.FAILED, code="42", reason="Why.", search_at=None, settled_by=NOT_SENT
    )
    still = after_result(lost, "ours", answer(Outcome.UNKNOWN), LATER)
    assert (still.state, still.search_at, still.provider_id) == (MessageState.UNKNOWN, NOON, "SM0")


def test_what_another_lease_left_in_sending_is_unknown() -> None:
    assert given_up(SENDING, "another") == replace(
        SENDING, state=MessageState.UNKNOWN, reason=LEASE_LOST, search_at=NOON
    )
    assert given_up(SENDING, "ours") == SENDING
    for state in set(MessageState) - {MessageState.SENDING}:
        other = replace(SENDING, state=state)
        assert given_up(other, "another") == other


def test_an_arrow_that_does_not_exist_is_named() -> None:
    sent = a_message(state=MessageState.SENT)
    with pytest.raises(ValueError, match="message m1: no arrow from sent to queued"):
        moved(sent, MessageState.QUEUED)


FAILED = a_message(
    state=MessageState.FAILED, contact_id="p1", row_number=7, code="21211", reason="Twilio does not know it."
)
ENTRY = Failure(
    id="m1",
    step=FailureStep.SEND,
    field="address",
    value="+12125550187",
    kind="provider 21211",
    reason="Twilio does not know it.",
    created_at=LATER,
    row_number=7,
    contact_id="p1",
    recipient_key="r2",
    chunk_id="c0",
    fire_id="f1",
    campaign_id="reminders",
    step_id="sms",
    message_id="m1",
)


def test_a_refusal_in_the_failures_table() -> None:
    assert refusal_of(FAILED, LATER) == ENTRY
    assert refusal_of(replace(FAILED, code=None, reason=None), LATER) == replace(
        ENTRY, kind="provider refused", reason="The provider refused it."
    )


def test_another_failure_of_a_message() -> None:
    made = failure_of(FAILED, FailureStep.RENDER, "body", "content changed", "It differs.", LATER)
    assert made == replace(
        ENTRY, step=FailureStep.RENDER, field="body", kind="content changed", reason="It differs."
    )
