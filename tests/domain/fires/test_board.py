"""The board of a day: each appointment once, with what became of it."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.domain.campaigns.reply_option import Disposition
from shared.domain.files.person_name import person_name
from shared.domain.fires.board import Slot, SlotState, day_of, slots_of
from shared.domain.messages.message import Message, MessageState
from shared.domain.messages.sending import Delivery
from shared.domain.messages.skip_reason import SkipReason
from shared.domain.record import replace
from tests.kit.builders import NOON, a_message

AT = datetime(2026, 12, 1, 15, tzinfo=UTC)


def about(item_id: str, **changes: object) -> Message:
    """A sent message about an appointment of the first row."""
    facts = {"about_at": AT, "state": MessageState.SENT, "file_id": "f", "row_number": 2} | changes
    facts.setdefault("time_zones", ("America/New_York",))
    return replace(a_message(id=item_id), **facts)  # type: ignore[arg-type]


def one(*messages: Message) -> Slot:
    """The only slot of these."""
    [slot] = slots_of(messages, {})
    return slot


def test_two_steps_about_one_row_are_one_appointment() -> None:
    slot = one(about("a"), about("b", created_at=NOON + timedelta(days=1), disposition=Disposition.CONFIRMED))
    assert (slot.message_count, slot.state) == (2, SlotState.CONFIRMED)


def test_the_newest_answer_is_the_appointments() -> None:
    first = about("a", disposition=Disposition.CONFIRMED)
    later = about("b", disposition=Disposition.CANCELED, created_at=NOON + timedelta(days=1))
    assert one(later, first).state is SlotState.CANCELED


@pytest.mark.parametrize(
    ("delivery", "state"),
    [
        (Delivery.DELIVERED, SlotState.NO_ANSWER),
        (Delivery.UNDELIVERED, SlotState.NOT_REACHED),
    ],
)
def test_who_is_asked_in_anothers_message_is_reached_by_that(delivery: Delivery, state: SlotState) -> None:
    lead = about("lead", asked_with="b", delivery=delivery)
    reason = SkipReason.ASKED_TOGETHER
    other = about("b", state=MessageState.SKIPPED, reason=reason, duplicate_of="lead", row_number=3)
    [slot] = slots_of([other], {}, {"lead": lead})
    assert (slot.state, slot.message.id) == (state, "b")
    [unknown] = slots_of([other], {})
    assert unknown.state is SlotState.NOT_REACHED


def test_an_appointment_that_moved_is_another() -> None:
    facts = {"appointment_key": "k", "row_number": 2}
    assert (
        len(
            slots_of([about("a", appointment_at="10", **facts), about("b", appointment_at="11", **facts)], {})
        )
        == 2
    )


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, SlotState.NO_ANSWER),
        ({"state": MessageState.QUEUED}, SlotState.NO_ANSWER),
        ({"state": MessageState.UNKNOWN}, SlotState.NO_ANSWER),
        ({"state": MessageState.FAILED}, SlotState.NOT_REACHED),
        ({"state": MessageState.SKIPPED}, SlotState.NOT_REACHED),
        ({"delivery": Delivery.UNDELIVERED}, SlotState.NOT_REACHED),
        ({"delivery": Delivery.DELIVERED}, SlotState.NO_ANSWER),
        ({"withdrawn_by": "f-2"}, SlotState.TAKEN_BACK),
        ({"disposition": Disposition.RESCHEDULE_ASKED}, SlotState.RESCHEDULE_ASKED),
    ],
)
def test_what_became_of_it(changes: dict[str, object], state: SlotState) -> None:
    assert one(about("a", **changes)).state is state


def test_the_time_is_that_of_the_place_and_so_is_the_day() -> None:
    late = about("a", about_at=datetime(2026, 12, 2, 3, tzinfo=UTC))
    assert one(late).at.isoformat() == "2026-12-01T22:00:00-05:00"
    assert day_of(late) == "2026-12-01"
    assert day_of(replace(late, told_in="Europe/Berlin")) == "2026-12-02"
    assert day_of(replace(late, about_at=None)) is None
    assert slots_of([replace(late, about_at=None)], {}) == []


def test_a_day_is_in_order_of_time_then_name() -> None:
    messages = [
        about("a", row_number=1),
        about("b", row_number=2, about_at=AT - timedelta(hours=1)),
        about("c", row_number=3),
    ]
    slots = slots_of(messages, {"a": "Zoe", "b": "Max", "c": "ana"})
    assert [slot.name for slot in slots] == ["Max", "ana", "Zoe"]


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"Patient": "Ana Gómez", "phone": "1"}, "Ana Gómez"),
        ({"first_name": "Ana", "last_name": "Gómez"}, "Ana Gómez"),
        ({"First": "Ana", "Last": ""}, "Ana"),
        ({"pet name": "Rex"}, "Rex"),
        ({"phone": "1"}, ""),
        ({}, ""),
    ],
)
def test_a_row_tells_its_persons_name(values: dict[str, str], name: str) -> None:
    assert person_name(values) == name
