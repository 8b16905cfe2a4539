"""What one message's end teaches for the next one."""

from datetime import timedelta

from shared.domain.contacts.opt_out import OptOutSource, ended, noted
from shared.domain.messages.lessons import is_second_in_row, learned
from shared.domain.messages.message import Message, MessageState
from shared.domain.messages.sending import Delivery, Lesson, Receipt, ReceiptKind
from shared.domain.messages.skip_reason import SkipReason, skip_reason
from tests.kit.builders import NOON, a_message, an_opt_out

ANA = "+12125550187"
DAY = timedelta(days=1)


def failed(days: int, code: str | None = "30005", **changes: object) -> Message:
    delivery = Delivery.UNDELIVERED if code else Delivery.DELIVERED
    facts = {"fire_id": f"f{days}", "sent_at": NOON + days * DAY, "delivery": delivery, "delivery_code": code}
    return a_message(id=f"m{days}", state=MessageState.SENT, **(facts | changes))


def receipt(code: str = "30005") -> Receipt:
    return Receipt(message_id="m9", kind=ReceiptKind.UNDELIVERED, event_id="e", code=code)


def test_what_may_be_passing_counts_when_the_message_before_failed_so_too() -> None:
    now = failed(9)
    assert is_second_in_row(receipt(), now, [now, failed(8)])
    assert is_second_in_row(receipt(), now, [failed(8, delivery=None), failed(7)]), "no end yet says nothing"
    assert not is_second_in_row(receipt(), now, [])
    assert not is_second_in_row(receipt(), now, [now])
    assert not is_second_in_row(receipt(), now, [failed(8, "30003")])
    assert not is_second_in_row(receipt(), now, [failed(8, None), failed(7)]), "it arrived in between"
    assert not is_second_in_row(receipt(), now, [failed(8, fire_id="f9")]), "the same fire is one moment"
    assert not is_second_in_row(receipt(), now, [failed(10)]), "it was sent later"


def test_a_bounce_keeps_the_providers_words_and_its_message() -> None:
    bounce = learned(a_message(), ANA, Lesson.GONE, "bounce", "550 5.1.1 no such user", NOON)
    assert (bounce.source, bounce.code, bounce.message_id) == (OptOutSource.BOUNCE, "bounce", "m1")
    assert bounce.text == "550 5.1.1 no such user"
    assert skip_reason(bounce) is SkipReason.BOUNCED
    forgotten = learned(a_message(address=""), ANA, Lesson.GONE, "bounce", "no ana@x.com here", NOON)
    assert (forgotten.id, forgotten.address, forgotten.text) == (bounce.id, "", "")


def test_a_refusal_takes_a_bounces_place_and_never_the_other_way_round() -> None:
    bounce = learned(a_message(), ANA, Lesson.GONE, "bounce", "", NOON)
    refusal = an_opt_out(ANA)
    assert noted([], bounce) == bounce
    assert noted([bounce], bounce) is None
    assert noted([refusal], bounce) is None
    assert noted([refusal], an_opt_out(ANA, source=OptOutSource.API)) is None
    taken = noted([bounce], refusal)
    assert taken is not None
    assert [change.source for change in taken.earlier] == [OptOutSource.BOUNCE]


def test_what_was_sent_before_a_bounce_was_lifted_teaches_nothing_more() -> None:
    bounce = learned(a_message(), ANA, Lesson.GONE, "bounce", "full", NOON)
    lifted = ended(bounce, OptOutSource.API, NOON + DAY, "They have a new mailbox.", "api key k1")
    assert not lifted.is_active
    assert (lifted.changed_by, lifted.text) == ("api key k1", "They have a new mailbox.")
    [earlier] = lifted.earlier
    assert (earlier.source, earlier.text, earlier.message_id) == (OptOutSource.BOUNCE, "full", "m1")
    assert noted([lifted], bounce, sent_at=NOON) is None
    again = noted([lifted], bounce, sent_at=NOON + 2 * DAY)
    assert again is not None
    assert [change.is_active for change in again.earlier] == [True, False]
    assert noted([lifted], an_opt_out(ANA), sent_at=NOON) is not None, "a refusal always counts"
