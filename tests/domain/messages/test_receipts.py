"""What a receipt tells of a message: when it was sent, how far it got, and why."""

from datetime import datetime, timedelta

import pytest

from shared.domain.channels.channel import Channel
from shared.domain.messages.message import MessageState, after_receipt, rendering_hash
from shared.domain.messages.sending import Delivery, Receipt, ReceiptKind
from shared.domain.record import replace
from tests.kit.builders import NOON, a_message

SENT = a_message(state=MessageState.SENT, sent_at=NOON, provider_id="SM1")
LATER = NOON + timedelta(hours=1)
TWO_MINUTES = timedelta(minutes=2)


def receipt(kind: ReceiptKind = ReceiptKind.SENT, **changes: object) -> Receipt:
    return replace(Receipt(message_id="m1", kind=kind, event_id="e1"), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (None, NOON),
        (NOON + timedelta(seconds=30), NOON),  # its clock says whole seconds
        (NOON + TWO_MINUTES, NOON),
        (NOON - TWO_MINUTES, NOON),
        (NOON + TWO_MINUTES + timedelta(seconds=1), NOON + TWO_MINUTES + timedelta(seconds=1)),
        (NOON - timedelta(hours=1), NOON - timedelta(hours=1)),
    ],
)
def test_the_providers_time_holds_where_it_differs_by_more_than_a_little(
    said: datetime | None, expected: datetime
) -> None:
    assert after_receipt(SENT, receipt(sent_at=said), LATER).sent_at == expected


def test_a_message_without_a_time_takes_the_providers() -> None:
    assert after_receipt(replace(SENT, sent_at=None), receipt(sent_at=NOON), LATER).sent_at == NOON
    failed = a_message(state=MessageState.FAILED)
    assert after_receipt(failed, receipt(sent_at=NOON), LATER).sent_at is None


@pytest.mark.parametrize("state", [MessageState.SENDING, MessageState.UNKNOWN])
def test_a_receipt_proves_that_it_was_sent_when_we_called(state: MessageState) -> None:
    called = a_message(state=state, sending_at=NOON, reason="lost", code="500", search_at=NOON)
    assert after_receipt(called, receipt(provider_id="SM1"), LATER) == replace(
        called,
        state=MessageState.SENT,
        sent_at=NOON,
        reason=None,
        code=None,
        search_at=None,
        provider_id="SM1",
        delivery=Delivery.SENT,
    )
    assert after_receipt(replace(called, sending_at=None), receipt(), LATER).sent_at == LATER


def test_a_failure_says_why_and_a_repeated_one_nothing_new() -> None:
    undelivered = receipt(ReceiptKind.UNDELIVERED, code="30003", reason="It was off.")
    told = after_receipt(SENT, undelivered, LATER)
    assert told == replace(
        SENT, delivery=Delivery.UNDELIVERED, delivery_code="30003", delivery_reason="It was off."
    )
    assert after_receipt(told, replace(undelivered, reason="Another sentence."), LATER) == told
    worse = replace(undelivered, code="30005", reason="It is unknown.")
    assert after_receipt(told, worse, LATER).delivery_reason == "It is unknown."
    assert after_receipt(told, replace(worse, code="21610"), LATER) == told


def test_the_seal_is_over_everything_that_is_sent() -> None:
    email = Channel("email")
    sealed = ("hash", Channel("sms"), "+12125550187", "Visit", "Hello")
    others = [
        ("other", *sealed[1:]),
        ("hash", email, *sealed[2:]),
        (*sealed[:2], "+12125550188", *sealed[3:]),
        (*sealed[:3], "Visits", "Hello"),
        (*sealed[:4], "Hello!"),
        (*sealed[:3], "Hello", "Visit"),
    ]
    assert len({rendering_hash(*one) for one in [sealed, *others]}) == 7
    assert rendering_hash(*sealed) == rendering_hash(*sealed)
