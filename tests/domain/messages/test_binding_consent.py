"""What a reply does to consent: STOP, START, and a YES that is one or the other."""

import pytest

from shared.domain.campaigns.reply_option import Disposition
from shared.domain.contacts.consent import WordMeaning
from shared.domain.messages.binding import understood
from shared.domain.messages.conversation import Conversation
from shared.domain.messages.sending import IncomingMessage
from shared.domain.record import replace
from shared.domain.replies.asked import ReplyMeaning
from shared.domain.replies.read_reply import STAYS_OUT
from tests.domain.messages.test_binding import BLANK, about, read, sent, unclear

CONFIRMED, CANCELED = Disposition.CONFIRMED, Disposition.CANCELED


@pytest.mark.parametrize("text", ["STOP", "stop texting me please", "Unsubscribe"])
def test_stop_is_stop_whatever_is_offered(text: str) -> None:
    assert read(text, sent()) == about(
        "m1", body=text, meaning=ReplyMeaning.OPT_OUT, consent=WordMeaning.OPT_OUT
    )


def test_what_the_provider_took_for_stop_is_stop() -> None:
    reply = read("y", sent(), is_opt_out=True)
    assert (reply.meaning, reply.consent, reply.disposition) == (
        ReplyMeaning.OPT_OUT,
        WordMeaning.OPT_OUT,
        None,
    )


def test_a_cancel_that_may_mean_the_visit_is_looked_at() -> None:
    reply = read("cancel", sent())
    assert (reply.consent, reply.waits, reply.note) == (WordMeaning.OPT_OUT, True, "May also mean: canceled.")
    plain = read("cancel", sent(), options=())
    assert (plain.consent, plain.waits, plain.note) == (WordMeaning.OPT_OUT, False, "")


def test_yes_answers_the_question_that_offers_it_and_is_no_permission_then() -> None:
    reply = read("yes", sent())
    assert (reply.meaning, reply.disposition, reply.consent) == (ReplyMeaning.ANSWER, CONFIRMED, None)


def test_who_has_opted_out_and_answers_yes_stays_out() -> None:
    reply = read("yes", sent(), is_refused=True)
    assert (reply.meaning, reply.consent, reply.note) == (ReplyMeaning.ANSWER, None, STAYS_OUT)
    changed = read("yes", sent(disposition=CANCELED), is_refused=True)
    assert changed.note == f"Changes the earlier answer: canceled. {STAYS_OUT}"


def test_unless_the_provider_took_the_word_for_start() -> None:
    reply = read("yes", sent(), is_refused=True, is_opt_in=True)
    assert (reply.meaning, reply.consent, reply.note) == (ReplyMeaning.ANSWER, WordMeaning.OPT_IN, "")


def test_an_answer_that_is_no_word_of_permission_says_nothing_of_consent() -> None:
    reply = read("1", sent(), is_refused=True)
    assert (reply.meaning, reply.consent, reply.note) == (ReplyMeaning.ANSWER, None, "")


@pytest.mark.parametrize(("text", "is_refused"), [("START", True), ("START", False), ("yes", True)])
def test_a_permission(text: str, is_refused: bool) -> None:
    assert read(text, sent(), options=(), is_refused=is_refused) == about(
        "m1", body=text, meaning=ReplyMeaning.OPT_IN, consent=WordMeaning.OPT_IN
    )


def test_yes_of_somebody_who_never_refused_is_no_permission() -> None:
    assert unclear("yes", sent(), options=())[2] == "The message offers no answers."


def test_what_the_provider_took_for_start_is_one() -> None:
    reply = read("go on", sent(), is_opt_in=True)
    assert (reply.meaning, reply.consent) == (ReplyMeaning.OPT_IN, WordMeaning.OPT_IN)


def test_a_stop_after_several_messages_may_be_about_any_of_them() -> None:
    reply = read("STOP", sent("m2"), sent("m1"))
    assert (reply.message_id, reply.fire_id, reply.candidates) == (None, "fire of m2", ("m2", "m1"))
    assert (reply.consent, reply.waits) == (WordMeaning.OPT_OUT, False)


def test_a_stop_is_one_where_nothing_is_known_of_what_was_offered() -> None:
    talk = Conversation(messages=(sent(),), offers={}, is_refused=False)
    incoming = IncomingMessage(provider_id="SM1", from_address="", to_address="", body="STOP")
    reply = understood(replace(BLANK, body="STOP"), incoming, talk)
    assert (reply.consent, reply.note) == (WordMeaning.OPT_OUT, "")
