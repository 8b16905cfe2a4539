"""An answer is taken only when it is certain, a refusal always."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shared.domain.campaigns.replies import check_reply_options, decide_reply, read_reply

from shared.domain.campaigns.reply_option import Disposition, ReplyOption
from shared.domain.contacts.consent import WordMeaning

CONFIRM = ReplyOption(words=("1", "Y", "yes", "confirm", "see you"), disposition=Disposition.CONFIRMED)
CANCEL = ReplyOption(words=("2", "C", "no"), disposition=Disposition.CANCELED)
RESCHEDULE = ReplyOption(words=("3", "R", "reschedule"), disposition=Disposition.RESCHEDULE_ASKED)
OPTIONS = (CONFIRM, CANCEL, RESCHEDULE)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1", Disposition.CONFIRMED),
        ("1.", Disposition.CONFIRMED),
        ("(1)", Disposition.CONFIRMED),
        ("1️⃣", Disposition.CONFIRMED),
        ("Yes!", Disposition.CONFIRMED),
        ("YES", Disposition.CONFIRMED),
        ("Yes, see you on Monday", Disposition.CONFIRMED),
        ("See you!", Disposition.CONFIRMED),
        ("1 yes", Disposition.CONFIRMED),
        ("1 please, thanks", Disposition.CONFIRMED),
        ("C", Disposition.CANCELED),
        ("c\n", Disposition.CANCELED),
        ("No thanks", Disposition.CANCELED),
        ("Reschedule to Friday", Disposition.RESCHEDULE_ASKED),
        ("yes no", None),
        ("1 or 2", None),
        ("Yes but not at three", None),
        ("Yes, stop", None),
        ("1 pm?", None),
        ("C you then", None),
        ("12", None),
        ("yesterday", None),
        ("who is this", None),
        ("", None),
        ("please", None),
        ("👍", None),
    ],
)
def test_what_answers_mean(text: str, expected: Disposition | None) -> None:
    assert read_reply(text, OPTIONS) is expected


@given(text=st.text())
def test_without_a_question_there_is_no_answer(text: str) -> None:
    assert read_reply(text, ()) is None
    assert decide_reply(text, ()).disposition is None


def test_yes_answers_a_question_and_is_a_permission_only_without_one() -> None:
    assert decide_reply("Yes", OPTIONS).disposition is Disposition.CONFIRMED
    assert decide_reply("Yes", OPTIONS).consent is None
    assert decide_reply("Yes", (CANCEL,)).consent is WordMeaning.OPT_IN


def test_a_refusal_wins_and_the_other_meaning_is_flagged() -> None:
    reply = decide_reply("CANCEL", OPTIONS)
    assert reply.consent is WordMeaning.OPT_OUT
    assert reply.disposition is None
    assert reply.may_also_mean is Disposition.CANCELED
    old = ReplyOption(words=("end",), disposition=Disposition.RESCHEDULE_ASKED)
    assert decide_reply("END", (old,)).may_also_mean is Disposition.RESCHEDULE_ASKED
    assert decide_reply("End", (old,)).consent is WordMeaning.OPT_OUT


def test_a_refusal_without_a_question_or_without_a_second_meaning_is_just_that() -> None:
    assert decide_reply("cancel", ()).may_also_mean is None
    assert decide_reply("STOP", OPTIONS).may_also_mean is None


@pytest.mark.parametrize(
    "word", ["STOP", "Cancel", "END", "quit!", "unsubscribe", "opt-out", "Revoke", "STOPALL"]
)
def test_refusals_cannot_be_options_and_the_reason_says_what_to_use(word: str) -> None:
    option = ReplyOption(words=("2", word), disposition=Disposition.CANCELED)
    (problem,) = check_reply_options((CONFIRM, option))
    assert problem.field == "reply_options[1].words[1]"
    assert "opt-out" in problem.reason
    assert '"C" or "2"' in problem.reason


@pytest.mark.parametrize("word", ["START", "unstop", "HELP", "info", "!!", " "])
def test_other_words_that_cannot_be_options(word: str) -> None:
    assert len(check_reply_options((ReplyOption(words=(word,), disposition=Disposition.CONFIRMED),))) == 1


def test_one_word_has_one_meaning() -> None:
    other = ReplyOption(words=("Yes.",), disposition=Disposition.CANCELED)
    (problem,) = check_reply_options((CONFIRM, other))
    assert problem.field == "reply_options[1].words[0]"
    assert "option 1" in problem.reason
    (empty,) = check_reply_options((ReplyOption(words=(), disposition=Disposition.CONFIRMED),))
    assert empty.field == "reply_options[0].words"


def test_good_options_pass() -> None:
    assert check_reply_options(OPTIONS) == ()
