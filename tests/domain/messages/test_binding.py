"""Which message a reply belongs to, what it means there, and what it does to consent."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from shared.domain.campaigns.reply_option import Disposition, ReplyOption
from shared.domain.channels.channel import Channel
from shared.domain.messages.binding import answered, understood
from shared.domain.messages.conversation import Conversation, Offer
from shared.domain.messages.message import Message, MessageState
from shared.domain.messages.reply import GivenAnswer, Reply
from shared.domain.messages.sending import IncomingMessage
from shared.domain.record import replace
from shared.domain.replies.asked import ReplyMeaning
from shared.domain.replies.open_questions import TOO_LATE
from tests.kit.builders import NOON, a_message

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CONFIRMED, CANCELED = Disposition.CONFIRMED, Disposition.CANCELED
OPTIONS = (
    ReplyOption(words=("1", "y"), disposition=CONFIRMED),
    ReplyOption(words=("2", "n"), disposition=CANCELED),
)
BLANK = Reply(
    id="r1",
    sender_id="texts",
    channel=Channel("sms"),
    address="+12125550187",
    body="",
    received_at=NOON,
    meaning=ReplyMeaning.UNCLEAR,
)


def sent(item_id: str = "m1", **changes: Any) -> Message:
    """A message about a visit tomorrow, sent an hour ago, of a fire of its own."""
    given = {
        "id": item_id,
        "fire_id": f"fire of {item_id}",
        "campaign_id": f"campaign of {item_id}",
        "state": MessageState.SENT,
        "sent_at": NOON - HOUR,
        "about_at": NOON + DAY,
    }
    return a_message(**(given | changes))


def read(
    text: str,
    *messages: Message,
    options: tuple[ReplyOption, ...] = OPTIONS,
    is_refused: bool = False,
    is_opt_out: bool = False,
    is_opt_in: bool = False,
    replies_to: str | None = None,
    written_at: datetime | None = None,
    closes_before: timedelta = timedelta(0),
) -> Reply:
    talk = Conversation(
        messages=messages,
        offers={one.fire_id: Offer(options=options, closes_before=closes_before) for one in messages},
        is_refused=is_refused,
    )
    incoming = IncomingMessage(
        provider_id="SM1",
        from_address="+12125550187",
        to_address="+12125550100",
        body=text,
        is_opt_out=is_opt_out,
        is_opt_in=is_opt_in,
        replies_to=replies_to,
        written_at=written_at,
    )
    return understood(replace(BLANK, body=text), incoming, talk)


def about(item_id: str, **changes: object) -> Reply:
    """A reply that belongs to the message."""
    given = {"message_id": item_id, "fire_id": f"fire of {item_id}", "campaign_id": f"campaign of {item_id}"}
    return replace(BLANK, **(given | changes))  # type: ignore[arg-type]


def test_an_answer_belongs_to_its_message() -> None:
    assert read("y", sent()) == about(
        "m1",
        body="y",
        meaning=ReplyMeaning.ANSWER,
        disposition=CONFIRMED,
        answers=(GivenAnswer(message_id="m1", disposition=CONFIRMED),),
    )


def test_the_same_answer_again_changes_nothing() -> None:
    again = read("y", sent(disposition=CONFIRMED))
    assert (again.disposition, again.waits, again.contradicts_earlier, again.note) == (
        CONFIRMED,
        False,
        False,
        "",
    )


def test_another_answer_than_before_waits_for_a_person() -> None:
    assert read("n", sent(disposition=CONFIRMED)) == about(
        "m1",
        body="n",
        meaning=ReplyMeaning.ANSWER,
        disposition=CANCELED,
        candidates=("m1",),
        answers=(GivenAnswer(message_id="m1", disposition=CANCELED, contradicts_earlier=True),),
        contradicts_earlier=True,
        waits=True,
        note="Changes the earlier answer: confirmed.",
    )


def test_a_person_binds_an_answer_as_the_rules_would() -> None:
    assert answered(BLANK, {"m1": sent()}, {"m1": CANCELED}) == about(
        "m1",
        meaning=ReplyMeaning.ANSWER,
        disposition=CANCELED,
        answers=(GivenAnswer(message_id="m1", disposition=CANCELED),),
    )


def test_of_two_messages_the_one_without_an_answer_is_meant() -> None:
    assert read("y", sent("m2", disposition=CONFIRMED), sent("m1")).message_id == "m1"
    assert read("y", sent("m2"), sent("m1", disposition=CONFIRMED)).message_id == "m2"


def test_of_two_open_messages_either_may_be_meant_and_a_person_decides() -> None:
    assert read("y", sent("m2"), sent("m1")) == replace(
        BLANK,
        body="y",
        fire_id="fire of m2",  # the newest
        campaign_id="campaign of m2",
        candidates=("m2", "m1"),
        waits=True,
        may_also_mean=CONFIRMED,
        note="2 appointments could be meant.",
    )


def test_of_three_those_without_an_answer_are_the_candidates() -> None:
    reply = read("y", sent("m3"), sent("m2", disposition=CANCELED), sent("m1"))
    assert reply.candidates == ("m3", "m1")


def test_where_all_have_that_very_answer_it_is_said_again_of_the_newest() -> None:
    reply = read("y", sent("m2", disposition=CONFIRMED), sent("m1", disposition=CONFIRMED))
    assert (reply.message_id, reply.meaning, reply.waits) == ("m2", ReplyMeaning.ANSWER, False)


def test_where_both_have_answers_and_one_differs_a_person_decides() -> None:
    reply = read("y", sent("m2", disposition=CONFIRMED), sent("m1", disposition=CANCELED))
    assert (reply.candidates, reply.waits, reply.disposition) == (("m2", "m1"), True, None)


def test_what_is_to_come_is_meant_and_what_is_over_is_a_persons() -> None:
    over = sent("m2", about_at=NOON - HOUR)
    assert read("y", over, sent("m1")).message_id == "m1"
    late = read("y", over)
    assert (late.meaning, late.waits, late.note) == (ReplyMeaning.UNCLEAR, True, TOO_LATE)
    assert (late.message_id, late.may_also_mean) == ("m2", CONFIRMED)


@pytest.mark.parametrize(
    ("changes", "closes_before", "is_late"),
    [
        ({"about_at": NOON}, timedelta(0), True),
        ({"about_at": NOON + timedelta(seconds=1)}, timedelta(0), False),
        ({"about_at": None, "not_after": NOON}, timedelta(0), True),
        (
            {"about_at": NOON + DAY, "not_after": NOON - DAY},
            timedelta(0),
            False,
        ),  # what it is about goes first
        ({"about_at": None, "not_after": None}, DAY, False),
        ({"about_at": NOON + HOUR}, HOUR, True),
        ({"about_at": NOON + HOUR}, HOUR - timedelta(seconds=1), False),
    ],
)
def test_when_it_is_too_late_to_answer(
    changes: dict[str, Any], closes_before: timedelta, is_late: bool
) -> None:
    reply = read("y", sent(**changes), closes_before=closes_before)
    assert (reply.meaning is ReplyMeaning.UNCLEAR) is is_late
    assert (reply.note == TOO_LATE) is is_late


def test_two_reminders_of_one_appointment_are_one_question() -> None:
    two = (sent("m2", appointment_key="k"), sent("m1", appointment_key="k", disposition=CONFIRMED))
    again = read("y", *two)
    assert (again.message_id, again.disposition, again.contradicts_earlier) == ("m2", CONFIRMED, False)
    changed = read("n", *two)
    assert (changed.message_id, changed.contradicts_earlier, changed.waits) == ("m2", True, True)
    other = read("y", sent("m2", appointment_key="k", appointment_at="1"), sent("m1", appointment_key="k"))
    assert other.candidates == ("m2", "m1")


def test_reminders_of_one_row_are_one_question_where_no_field_names_the_appointment() -> None:
    row = {"file_id": "f", "row_number": 2}
    again = read("y", sent("m2", **row), sent("m1", **row))
    assert (again.message_id, again.disposition) == ("m2", CONFIRMED)
    steps = {"fire_id": "one", "file_id": None, "row_number": None}
    step = read("y", sent("m2", **steps), sent("m1", **steps))
    assert (step.message_id, step.disposition) == ("m2", CONFIRMED)
    others = (sent("m2", **row | {"row_number": 3}), sent("m1", **row), sent("m3", **steps))
    assert read("y", *others).candidates == ("m2", "m1", "m3")


@pytest.mark.parametrize(
    ("text", "answers", "waits"),
    [
        ("1 yes", {"m1": CONFIRMED}, False),
        ("2 yes", {}, True),
        ("second one yes", {}, True),
        ("both yes", {"m1": CONFIRMED}, True),
        ("1 no 2 yes", {"m1": CANCELED}, True),
        ("yes", {"m1": CONFIRMED}, False),  # one is left that can be meant
    ],
)
def test_each_appointment_of_a_numbered_question_closes_by_itself(
    text: str, answers: dict[str, Disposition], waits: bool
) -> None:
    late = sent("m1", about_at=NOON + 5 * HOUR, asked_with="m2", file_id="f", row_number=2)
    soon = sent("m2", about_at=NOON + HOUR / 2, state=MessageState.SKIPPED, file_id="f", row_number=3)
    assert read("both yes", late, soon).disposition is CONFIRMED
    reply = read(text, late, soon, closes_before=HOUR)
    assert {one.message_id: one.disposition for one in reply.answers} == answers
    assert (reply.waits, TOO_LATE in reply.note) == (waits, waits)
    begun = replace(soon, about_at=NOON - HOUR / 2)
    assert {one.message_id: one.disposition for one in read(text, late, begun).answers} == answers


def test_a_reply_to_one_message_is_about_that() -> None:
    messages = (sent("m2", provider_id="SM2"), sent("m1", provider_id="SM1"))
    assert read("y", *messages, replies_to="SM1").message_id == "m1"
    assert read("y", *messages, replies_to="SM9").candidates == ("m2", "m1")


def test_what_was_written_before_the_question_cannot_answer_it() -> None:
    early = read("y", sent(), written_at=NOON - 2 * HOUR)
    assert (early.meaning, early.note) == (
        ReplyMeaning.UNCLEAR,
        "It was written before the question was sent.",
    )
    assert read("y", sent(sent_at=NOON - 3 * HOUR), written_at=NOON - 2 * HOUR).disposition is CONFIRMED


def test_one_reply_may_answer_several_messages() -> None:
    ana, ben = sent("m2", body="Ana is expected"), sent("m1", body="Ben is expected")
    both = read("Ana yes, Ben no", ana, ben)
    assert (both.message_id, both.disposition, both.candidates) == (None, None, ("m2", "m1"))
    assert both.answers == (
        GivenAnswer(message_id="m2", disposition=CONFIRMED),
        GivenAnswer(message_id="m1", disposition=CANCELED),
    )
    assert read("yes for Ben", ana, ben).message_id == "m1"


def test_flags_and_kinds_are_kept() -> None:
    assert [str(one) for one in read("running late", sent()).flags] == ["running_late"]
    machine = read("Automatic reply: out of office", sent())
    assert (machine.meaning, machine.waits, machine.disposition) == (ReplyMeaning.AUTO_REPLY, False, None)
    assert read("HELP", sent()).waits


@pytest.mark.parametrize(
    ("changes", "is_answer"),
    [
        ({"state": MessageState.SENDING, "sent_at": None, "sending_at": NOON}, True),
        ({"state": MessageState.UNKNOWN, "sent_at": None, "sending_at": NOON}, True),
        ({"state": MessageState.UNKNOWN, "sent_at": None, "sending_at": None}, False),
        ({"state": MessageState.QUEUED}, False),
        ({"state": MessageState.FAILED}, False),
        ({"state": MessageState.SKIPPED}, False),
        ({"sent_at": NOON - 20 * DAY}, True),  # its visit is still to come
        ({"sent_at": NOON - 20 * DAY, "about_at": None, "not_after": NOON + DAY}, True),
        ({"sent_at": NOON - 14 * DAY + timedelta(seconds=1), "about_at": None}, True),
        ({"sent_at": NOON - 14 * DAY, "about_at": None}, False),
        ({"sent_at": NOON - 14 * DAY, "about_at": NOON}, False),
    ],
)
def test_what_may_be_answered(changes: dict[str, Any], is_answer: bool) -> None:
    assert (read("y", sent(**changes)).meaning is ReplyMeaning.ANSWER) is is_answer


def unclear(text: str, *messages: Message, options: tuple[ReplyOption, ...] = OPTIONS) -> tuple[object, ...]:
    reply = read(text, *messages, options=options)
    assert (reply.meaning, reply.waits, reply.consent) == (ReplyMeaning.UNCLEAR, True, None)
    return reply.message_id, reply.candidates, reply.note


def test_what_no_rule_reads_waits_and_says_why() -> None:
    old = sent(sent_at=NOON - 15 * DAY, about_at=None)
    assert unclear("tiles", sent()) == ("m1", ("m1",), "Not one of the offered answers.")
    assert unclear("tiles", sent(), options=()) == ("m1", ("m1",), "The message offers no answers.")
    assert unclear("y", old) == ("m1", ("m1",), "The last message to this person is older than 14 days.")
    assert unclear("y") == (None, (), "Answers no message.")
    assert unclear("y", sent(state=MessageState.QUEUED)) == (None, (), "Answers no message.")


def test_an_unclear_reply_is_about_what_is_to_come() -> None:
    assert unclear("tiles", sent("m2", about_at=NOON - HOUR), sent("m1"))[1] == ("m1",)


def test_of_old_messages_it_is_about_the_last_that_may_have_arrived() -> None:
    old = {"sent_at": NOON - 15 * DAY, "about_at": None}
    failed = sent("m3", state=MessageState.FAILED, **old)
    assert unclear("y", failed, sent("m2", **old), sent("m1", **old))[:2] == ("m2", ("m2",))
