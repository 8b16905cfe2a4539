"""An answer is taken only when it is certain, a refusal always."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.campaigns.reply_option import Disposition, ReplyOption
from shared.domain.replies.asked import Appointment, Question, Reading, ReplyMeaning, WrittenReply
from shared.domain.replies.check_options import check_reply_options, option_warnings, text_warnings
from shared.domain.replies.read_reply import read_reply
from tests.kit.builders import NOON

CONFIRM = ReplyOption(words=("1", "Y", "yes", "confirm", "see you"), disposition=Disposition.CONFIRMED)
CANCEL = ReplyOption(words=("2", "C", "no"), disposition=Disposition.CANCELED)
RESCHEDULE = ReplyOption(words=("3", "R", "reschedule"), disposition=Disposition.RESCHEDULE_ASKED)
OPTIONS = (CONFIRM, CANCEL, RESCHEDULE)


def read(text: str, options: tuple[ReplyOption, ...] = OPTIONS, is_refused: bool = False) -> Reading:
    """The reading where one question is open; when its appointment is, is not known."""
    asked = Question(id="q", appointments=(Appointment(key="a"),), options=options)
    return read_reply([asked], WrittenReply(body=text, written_at=NOON, is_refused=is_refused))


def answer(text: str, options: tuple[ReplyOption, ...] = OPTIONS) -> Disposition | None:
    """What it answers."""
    answers = read(text, options).answers
    return answers[0].disposition if answers else None


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
        ("Yes, stop", None),  # a refusal
        ("1 pm?", None),
        ("C you then", Disposition.CONFIRMED),  # as people write it; no code stands alone there,
        ("12", None),
        ("yesterday", None),
        ("Yes on Monday", None),
        ("who is this", None),
        ("", None),
        ("please", None),
        ("👍", None),
    ],
)
def test_what_answers_mean(text: str, expected: Disposition | None) -> None:
    assert answer(text) is expected


@given(text=st.text())
def test_without_a_question_there_is_no_answer(text: str) -> None:
    assert answer(text, ()) is None


def test_yes_answers_a_question_and_is_a_permission_only_without_one() -> None:
    assert answer("Yes") is Disposition.CONFIRMED
    assert read("Yes", is_refused=True).outcome is ReplyMeaning.ANSWER
    assert read("Yes", (), is_refused=True).outcome is ReplyMeaning.OPT_IN
    assert read("Yes", ()).outcome is ReplyMeaning.UNCLEAR


def test_a_refusal_wins_and_the_other_meaning_is_kept() -> None:
    reply = read("CANCEL")
    assert (reply.outcome, reply.answers) == (ReplyMeaning.OPT_OUT, ())
    assert reply.may_also_mean is Disposition.CANCELED
    old = ReplyOption(words=("end",), disposition=Disposition.RESCHEDULE_ASKED)
    assert read("END", (old,)).may_also_mean is Disposition.RESCHEDULE_ASKED
    assert read("End", (old,)).outcome is ReplyMeaning.OPT_OUT


def test_a_refusal_without_a_question_or_without_a_second_meaning_is_just_that() -> None:
    assert read("cancel", ()).may_also_mean is None
    assert read("STOP").may_also_mean is None


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


@pytest.mark.parametrize("word", ["baja", "PARAR", "sair", "arrêt", "no más mensajes", "désabonner"])
def test_words_that_refuse_in_another_language_cannot_be_options(word: str) -> None:
    [problem] = check_reply_options((ReplyOption(words=(word,), disposition=Disposition.CANCELED),))
    assert "opt-out" in problem.reason


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("Reply CANCEL to cancel your visit", ["CANCEL"]),
        ("Reply with the word cancel", ["CANCEL"]),
        ("Reply YES to confirm or reply QUIT to cancel", ["YES", "QUIT"]),
        ("Responda CANCEL para cancelar", ["CANCEL"]),
        ("Répondez END pour annuler", ["END"]),
        ("Reply 1 to confirm, 2 to cancel", []),
        ("Reply 1 to confirm or CANCEL to cancel", ["CANCEL"]),
        ("Reply YES to confirm, QUIT to end", ["YES", "QUIT"]),
        ("Responda 1 para confirmar, o «END» si no puede", ["END"]),
        ("You may cancel by replying cancel", ["CANCEL"]),
        ("Confirme con YES", ["YES"]),
        ("Para confirmar, escriba «yes»", ["YES"]),
        ("Pour annuler, écrivez QUIT", ["QUIT"]),
        ("Confirmez par YES", ["YES"]),
        ("Escreva END para cancelar", ["END"]),
        ("Para confirmar, mande YES", ["YES"]),
        ("Please confirm by phone", []),
        ("CALL US TO CANCEL. REPLY 1", []),
        ("PLEASE REPLY 1. WE END AT FIVE", []),  # all in capitals: none of them stands out
        ("REPLY 1 OR CANCEL", ["CANCEL"]),
        ("Reply No, Yes or Cancel", ["YES", "CANCEL"]),
        ("Reply “Yes” or “Cancel”", ["YES", "CANCEL"]),
        ("Reply to this message with the word yes", ["YES"]),
        ("Reply 1 to confirm or quit to decline", ["QUIT"]),
        ("Please press YES", ["YES"]),
        ("YES to confirm, NO to decline", ["YES"]),
        ("1 = I come, CANCEL = I do not", ["CANCEL"]),
        ("END para terminar", ["END"]),
        ("{% if state == 'cancel' %}Call us{% endif %}. Reply 1 {{ yes | default: \"yes\" }}", []),
        ("Please respond soon, cancel fees apply", []),
        ("START: 10:30, END: 11:00. Call us to cancel or for help.", []),
        ("Reply STOP to opt out", []),  # that is what the word is for
        ("We cancel visits at once", []),
    ],
)
def test_a_text_that_asks_for_a_carriers_word_is_warned_of(body: str, words: list[str]) -> None:
    warnings = list(text_warnings(body))
    assert len(warnings) == len(words)
    assert all(word in warning for word, warning in zip(words, warnings, strict=True))


def test_an_option_that_is_a_carriers_permission_is_warned_of_with_another_word() -> None:
    options = (
        ReplyOption(words=("1", "Yes"), disposition=Disposition.CONFIRMED),
        ReplyOption(words=("2", "no"), disposition=Disposition.CANCELED),
    )
    [warning] = option_warnings(options)
    assert "'Yes'" in warning
    assert '"Y" or "1"' in warning
