"""The one answer of an appointment that several messages ask about."""

from shared.domain.campaigns.reply_option import Disposition
from shared.domain.messages.message import Message
from shared.domain.messages.one_appointment import answers_so_far, appointment_of, with_others
from tests.kit.builders import a_message

CONFIRMED, CANCELED = Disposition.CONFIRMED, Disposition.CANCELED


def of_row(item_id: str, row: int, disposition: Disposition | None = None) -> Message:
    return a_message(id=item_id, file_id="day", row_number=row, disposition=disposition)


def test_a_named_appointment_is_one_at_one_time() -> None:
    visit = {"appointment_key": "A1", "appointment_at": "2026-12-01T10:30"}
    first, other_row = (a_message(id=one, file_id="day", row_number=2, **visit) for one in ("m1", "m2"))
    moved = a_message(id="m3", **visit | {"appointment_at": "2026-12-02T10:30"})
    assert appointment_of(first) == appointment_of(other_row) != appointment_of(moved)


def test_without_a_name_a_row_is_one_and_else_what_a_fire_asks_somebody() -> None:
    assert (
        appointment_of(of_row("m1", 2)) == appointment_of(of_row("m2", 2)) != appointment_of(of_row("m3", 3))
    )
    news = [a_message(fire_id=fire, recipient_key="c1", row_number=None) for fire in ("f1", "f2")]
    assert appointment_of(news[0]) != appointment_of(news[1])


def test_the_newest_messages_answer_is_the_appointments() -> None:
    """All should have the same; those of an older version may differ."""
    newest_first = [of_row("m3", 2), of_row("m2", 2, CANCELED), of_row("m1", 2, CONFIRMED), of_row("m4", 3)]
    assert answers_so_far(newest_first) == {appointment_of(newest_first[0]): CANCELED}


def test_an_answer_is_also_that_of_what_had_another_and_of_nothing_else() -> None:
    messages = {
        one.id: one
        for one in (
            of_row("same", 2),
            of_row("answered", 2, CONFIRMED),
            of_row("unanswered", 2),
            of_row("other", 3, CONFIRMED),
        )
    }
    assert with_others({"same": CANCELED}, messages) == {"same": CANCELED, "answered": CANCELED}
    assert with_others({"gone": CANCELED}, messages) == {"gone": CANCELED}
