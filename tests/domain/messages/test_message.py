"""Receipts and results in any order, repeated or late, end in one state."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.messages.message import (
    ARROWS,
    MAX_ATTEMPTS,
    Message,
    MessageState,
    after_receipt,
    after_result,
    moved,
)
from shared.domain.messages.sending import Delivery, Outcome, Receipt, ReceiptKind, SendResult
from tests.kit.builders import NOON, a_message

SENDING = a_message(state=MessageState.SENDING, token="ours", attempt=1, sending_at=NOON)
ACCEPTED = SendResult(outcome=Outcome.ACCEPTED, provider_id="SM1")
LOST = SendResult(outcome=Outcome.UNKNOWN, code="TimeoutError", reason="The answer was lost.")
BUSY = SendResult(outcome=Outcome.NOT_ACCEPTED, code="429", reason="busy")
Event = Receipt | SendResult


def receipt(kind: ReceiptKind, code: str | None = None) -> Receipt:
    return Receipt(message_id="m1", kind=kind, event_id=f"{kind} {code}", provider_id="SM1", code=code)


def after(message: Message, events: Sequence[Event]) -> Message:
    for event in events:
        if isinstance(event, Receipt):
            message = after_receipt(message, event, NOON)
        else:
            message = after_result(message, "ours", event, NOON)
    return message


@pytest.mark.parametrize("result", [ACCEPTED, LOST], ids=["accepted", "answer lost"])
def test_receipts_and_the_result_in_every_order_end_the_same(result: SendResult) -> None:
    receipts = [receipt(kind) for kind in (ReceiptKind.SENDING, ReceiptKind.SENT, ReceiptKind.DELIVERED)]
    events: list[Event] = [*receipts, receipts[1], receipts[2], result]
    ends = {after(SENDING, order) for order in permutations(events)}
    [end] = ends
    assert (end.state, end.delivery, end.provider_id) == (MessageState.SENT, Delivery.DELIVERED, "SM1")
    assert (end.reason, end.code, end.sent_at) == (None, None, NOON)


@given(
    st.lists(
        st.builds(receipt, st.sampled_from(ReceiptKind), st.sampled_from([None, "30003", "bounce"])),
        min_size=1,
        max_size=8,
    ),
    st.randoms(use_true_random=False),
)
def test_receipts_of_any_kind_in_any_order_end_the_same(receipts: list[Receipt], random: object) -> None:
    shuffled = [*receipts, *receipts[:3]]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert after(SENDING, list(receipts)) == after(SENDING, list(shuffled))


def test_a_bounce_after_delivery_counts_and_reading_proves_delivery() -> None:
    delivered, bounced = receipt(ReceiptKind.DELIVERED), receipt(ReceiptKind.UNDELIVERED, "bounce")
    assert after(SENDING, (delivered, bounced)).delivery is Delivery.UNDELIVERED
    assert after(SENDING, (bounced, delivered)).delivery_code == "bounce"
    assert after(SENDING, (receipt(ReceiptKind.READ), bounced)).delivery is Delivery.READ


def test_a_result_under_another_token_changes_nothing() -> None:
    assert after_result(SENDING, "theirs", ACCEPTED, NOON) == SENDING


@pytest.mark.parametrize("state", [MessageState.QUEUED, MessageState.FAILED, MessageState.SKIPPED])
def test_a_result_for_a_message_that_is_not_being_sent_changes_nothing(state: MessageState) -> None:
    message = a_message(state=state, token="ours")
    assert after_result(message, "ours", ACCEPTED, NOON) == message


def test_a_settled_message_learns_the_providers_id_once() -> None:
    settled = a_message(state=MessageState.SENT, token="ours", sent_at=NOON)
    later = NOON + timedelta(hours=1)
    learned = after_result(settled, "ours", ACCEPTED, later)
    assert (learned.provider_id, learned.sent_at) == ("SM1", NOON)
    other = SendResult(outcome=Outcome.REJECTED, provider_id="SM2", reason="no")
    assert after_result(learned, "ours", other, later) == learned


def test_what_was_provably_not_accepted_goes_back_to_the_queue_until_its_attempts_are_used_up() -> None:
    back = after_result(SENDING, "ours", BUSY, NOON)
    assert (back.state, back.token) == (MessageState.QUEUED, None)
    last = a_message(state=MessageState.SENDING, token="ours", attempt=MAX_ATTEMPTS)
    assert after_result(last, "ours", BUSY, NOON).state is MessageState.FAILED


def test_an_answer_after_the_lease_was_lost_resolves_the_unknown_but_never_queues_again() -> None:
    unknown = a_message(state=MessageState.UNKNOWN, token="ours", attempt=1, reason="lost")
    assert after_result(unknown, "ours", ACCEPTED, NOON).state is MessageState.SENT
    assert after_result(unknown, "ours", BUSY, NOON).state is MessageState.FAILED
    assert after_result(unknown, "ours", LOST, NOON).state is MessageState.UNKNOWN


def test_nothing_leads_back_from_a_settled_state_to_the_queue() -> None:
    for state in (MessageState.UNKNOWN, MessageState.SENT, MessageState.FAILED, MessageState.SKIPPED):
        assert not ARROWS[state] & {MessageState.QUEUED, MessageState.SENDING}
        with pytest.raises(ValueError, match="no arrow"):
            moved(a_message(state=state), MessageState.QUEUED)
