"""What evidence makes of an unknown message, field by field."""

from datetime import UTC, date, timedelta

import pytest

from shared.domain.evidence.history_search import HistorySearch, after_page, asked_for, history_search_id
from shared.domain.evidence.reconciling import (
    BY_HISTORY,
    NOT_FOUND,
    NOT_FOUND_CODE,
    after_absent,
    after_found,
    after_search,
    first_day,
    receipt_of,
)
from shared.domain.evidence.restoring import RESTORED, Since, after_restore, by_address
from shared.domain.messages.message import MessageState
from shared.domain.messages.sending import Delivery, Receipt, ReceiptKind
from shared.domain.record import replace
from tests.domain.evidence.test_reconciling import CALLED, LOST, shown
from tests.kit.builders import a_message

QUIET = timedelta(hours=4)
UNKNOWN = replace(LOST, reason="lost", code="500", search_at=CALLED, token="t")
FOUND = shown(
    sent_at=CALLED + timedelta(seconds=5), kind=ReceiptKind.UNDELIVERED, code="30003", reason="It was off."
)


def test_one_that_is_found_is_sent_and_delivered_as_the_list_says() -> None:
    assert after_found(UNKNOWN, FOUND) == replace(
        UNKNOWN,
        state=MessageState.SENT,
        provider_id="SM1",
        sent_at=CALLED + timedelta(seconds=5),
        reason=None,
        code=None,
        search_at=None,
        settled_by=BY_HISTORY,
        delivery=Delivery.UNDELIVERED,
        delivery_code="30003",
        delivery_reason="It was off.",
    )
    assert after_found(UNKNOWN, shown()).sent_at == CALLED + timedelta(seconds=1)  # when it was created


def test_the_lists_receipt() -> None:
    assert receipt_of("m1", FOUND) == Receipt(
        message_id="m1",
        kind=ReceiptKind.UNDELIVERED,
        event_id="SM1 undelivered",
        provider_id="SM1",
        code="30003",
        reason="It was off.",
        address="+12125550187",
        sent_at=CALLED + timedelta(seconds=5),
    )


def test_one_that_is_absent_failed() -> None:
    now = CALLED + QUIET
    assert after_absent(UNKNOWN, now) == replace(
        UNKNOWN,
        state=MessageState.FAILED,
        reason=NOT_FOUND,
        code=NOT_FOUND_CODE,
        search_at=None,
        searched_at=now,
        settled_by=BY_HISTORY,
    )


@pytest.mark.parametrize(
    ("minutes", "following"),
    [(10, 20), (30, 60), (100, 200), (150, 240), (239, 240), (240, None), (999, None)],
)
def test_one_that_stays_unknown_is_searched_ever_more_seldom(minutes: int, following: int | None) -> None:
    """At twice its age, at the end of the quiet period at the latest; then no more."""
    now = CALLED + timedelta(minutes=minutes)
    searched = after_search(UNKNOWN, now, QUIET)
    if following is None:
        assert searched == replace(UNKNOWN, search_at=None, searched_at=now)
    else:
        assert searched == replace(UNKNOWN, search_at=CALLED + timedelta(minutes=following))


def test_what_was_never_called_for_stands_on_no_day() -> None:
    with pytest.raises(ValueError, match="message m1 was never called for"):
        first_day(a_message())


DAY = date(2026, 11, 23)
NEXT = CALLED + timedelta(hours=5)
SEARCH = HistorySearch(
    id=history_search_id("texts", DAY), sender_id="texts", day=DAY, next_at=NEXT, fire_ids=("f1",)
)


def test_a_days_search_begins_and_takes_in_other_fires() -> None:
    assert asked_for(None, "texts", DAY, "f1", NEXT) == SEARCH
    far = replace(SEARCH, settled_count=4, passes=2, page_count=9, cursor="c")
    later = NEXT + timedelta(hours=1)
    assert asked_for(far, "texts", DAY, "f2", later) == replace(
        SEARCH, fire_ids=("f1", "f2"), next_at=later, settled_count=4
    )
    assert asked_for(far, "texts", DAY, "f1", later) == replace(far, passes=0)  # it is not put off
    over = replace(far, is_open=False)
    assert asked_for(over, "texts", DAY, "f1", later) == replace(SEARCH, next_at=later, settled_count=4)


def test_each_sender_and_day_has_a_search_of_its_own() -> None:
    ids = {
        history_search_id(sender, day) for sender in ("texts", "mails") for day in (DAY, date(2026, 11, 24))
    }
    assert len(ids) == 4


def test_a_pass_ends_with_its_last_page_and_the_third_pass_is_the_last() -> None:
    page = after_page(SEARCH, "more", 3, CALLED)
    assert page == replace(SEARCH, cursor="more", page_count=1, settled_count=3)
    passed = after_page(page, None, 2, CALLED)
    assert passed == replace(SEARCH, page_count=2, settled_count=5, passes=1, next_at=CALLED)
    again = after_page(passed, None, 0, CALLED)
    assert (again.passes, again.is_open) == (2, True)
    last = after_page(again, None, 0, CALLED)
    assert (last.passes, last.is_open) == (3, False)


QUEUED = a_message(state=MessageState.QUEUED)
IN_CALL = a_message(state=MessageState.SENDING, token="t", sending_at=CALLED)


@pytest.mark.parametrize("message", [QUEUED, IN_CALL, UNKNOWN])
def test_after_a_restore_what_may_lag_waits(message: object) -> None:
    assert after_restore(message, Since.WAITING, None) == message  # type: ignore[arg-type]


def test_after_a_restore_what_was_not_sent_waits_for_its_turn() -> None:
    assert after_restore(QUEUED, Since.NOT_SENT, None) == QUEUED
    assert after_restore(IN_CALL, Since.NOT_SENT, None) == replace(
        IN_CALL, state=MessageState.QUEUED, token=None
    )
    assert after_restore(UNKNOWN, Since.NOT_SENT, None) == UNKNOWN


def test_after_a_restore_what_is_unclear_is_unknown_and_not_searched_for() -> None:
    assert after_restore(IN_CALL, Since.UNCLEAR, None) == replace(
        IN_CALL, state=MessageState.UNKNOWN, reason=RESTORED
    )
    assert after_restore(QUEUED, Since.UNCLEAR, None) == replace(
        QUEUED, state=MessageState.UNKNOWN, reason=RESTORED
    )


@pytest.mark.parametrize("message", [QUEUED, IN_CALL, UNKNOWN])
def test_after_a_restore_what_the_list_has_is_sent(message: object) -> None:
    settled = after_restore(message, Since.SENT, FOUND)  # type: ignore[arg-type]
    assert (settled.state, settled.provider_id, settled.settled_by) == (
        MessageState.SENT, "SM1", BY_HISTORY
    )  # fmt: skip
    assert (settled.sent_at, settled.reason, settled.code, settled.search_at) == (
        CALLED + timedelta(seconds=5), None, None, None
    )  # fmt: skip
    assert settled.sending_at == (FOUND.created_at if message is QUEUED else CALLED)


def test_messages_are_grouped_by_address_in_order() -> None:
    one, two, three = (a_message(id=name, address=to) for name, to in (("a", "+1"), ("b", "+2"), ("c", "+1")))
    assert by_address([one, two, three]) == [[one, three], [two]]
    assert by_address([]) == []


def test_days_are_those_of_gmt() -> None:
    assert first_day(replace(UNKNOWN, sending_at=CALLED)) == DAY
    assert CALLED.tzinfo is UTC
