"""What a call says, turn by turn."""

import pytest

from shared.domain.campaigns.reply_option import Disposition, ReplyOption
from shared.domain.channels.channel import Channel
from shared.domain.channels.voice import VOICE
from shared.domain.messages.call_turn import MOST_ROUNDS, Answerer, CallHeard, CallScript, CallTurn
from shared.domain.messages.reply import Reply
from shared.domain.record import replace
from shared.domain.replies.asked import ReplyMeaning
from shared.domain.replies.keys import check_keys, keys_of, offered_keys
from shared.domain.replies.spoken_words import SPOKEN_WORDS, spoken_words
from tests.kit.builders import NOON

OPTIONS = (
    ReplyOption(words=("yes", "1"), disposition=Disposition.CONFIRMED),
    ReplyOption(words=("2", "7"), disposition=Disposition.CANCELED),
)
SCRIPT = CallScript(body="You see Dr Vega on Monday.", language="en", options=OPTIONS)
HEARD = CallHeard(message_id="m1", call_id="CA1", person="+12125550187", sender="+12125550100", keys="8")


def a_reply(meaning: ReplyMeaning, disposition: Disposition | None = None) -> Reply:
    return Reply(
        id="r1",
        sender_id="calls",
        channel=Channel("voice"),
        address="+12125550187",
        body="1",
        received_at=NOON,
        meaning=meaning,
        disposition=disposition,
    )


def test_a_person_hears_the_text_and_the_keys() -> None:
    assert SCRIPT.opening(Answerer.PERSON) == CallTurn(
        language="en",
        says=(
            "You see Dr Vega on Monday.",
            "To confirm, press 1.",
            "To cancel, press 2.",
            "To hear this again, press star.",
            "To get no more calls, press 9.",
        ),
        asks=True,
        at_last=("We did not get an answer.", "Goodbye."),
    )


def test_a_notice_that_asks_nothing_still_offers_to_end_all_calls() -> None:
    turn = replace(SCRIPT, options=()).opening(Answerer.PERSON)
    assert turn.says[1:] == ("To hear this again, press star.", "To get no more calls, press 9.")
    assert turn.at_last == ("Goodbye.",)


@pytest.mark.parametrize(
    ("language", "body"),
    [
        ("en", "Please press 1 to confirm."),
        ("es", "Para confirmar, pulse 1."),
        ("es-MX", "Marque el 1 si viene."),
        ("fr", "Appuyez sur 1 pour confirmer."),
        ("pt", "Digite 1 para confirmar."),
        ("de", "Drücken Sie die 1, wenn Sie kommen."),
        ("it", "Prema 1 per confermare."),
    ],
)
def test_keys_that_the_text_names_are_not_named_again(language: str, body: str) -> None:
    says = replace(SCRIPT, body=body, language=language).opening(Answerer.PERSON).says
    words = spoken_words(language)
    assert says == (body, words.repeat.format(key=words.star), words.no_more.format(key="9"))


def test_a_number_in_the_text_names_no_key() -> None:
    says = replace(SCRIPT, body="See you at 2. We press shirts.").opening(Answerer.PERSON).says
    assert "To confirm, press 1." in says


@pytest.mark.parametrize(("leaves", "says"), [(True, (SCRIPT.body,)), (False, ())])
def test_a_machine_gets_the_text_alone_or_nothing(leaves: bool, says: tuple[str, ...]) -> None:
    turn = replace(SCRIPT, leaves_voicemail=leaves).opening(Answerer.MACHINE)
    assert turn == CallTurn(language="en", says=says)


def test_star_repeats_everything_and_a_wrong_key_the_choices() -> None:
    again = SCRIPT.again(replace(HEARD, keys="*"))
    assert again == replace(SCRIPT.opening(Answerer.PERSON), round=1)
    wrong = SCRIPT.again(replace(HEARD, keys="8", round=1))
    assert wrong.says[:2] == ("That key is not one of the choices.", "To confirm, press 1.")
    assert (wrong.asks, wrong.round, wrong.wrong) == (True, 2, 1)


def test_choices_are_named_after_a_wrong_key_even_where_the_text_names_them() -> None:
    script = replace(SCRIPT, body="Press 1 to confirm.")
    assert "To confirm, press 1." in script.again(HEARD).says


@pytest.mark.parametrize(
    ("keys", "wrong", "is_answer"),
    [
        ("1", 0, True),
        ("2", 0, True),
        ("9", 0, True),
        ("7", 0, True),  # a second digit of an option, which no call names
        ("*", 0, False),
        ("*", 5, False),
        ("8", 0, False),
        ("#", 0, False),
        ("8", 1, True),
        ("", 0, False),
    ],
)
def test_what_is_taken_as_a_reply(keys: str, wrong: int, is_answer: bool) -> None:
    assert SCRIPT.is_answer(replace(HEARD, keys=keys, wrong=wrong)) is is_answer


def test_nobody_is_kept_on_the_phone_for_ever() -> None:
    last = SCRIPT.again(replace(HEARD, keys="*", round=MOST_ROUNDS - 1))
    assert last == CallTurn(language="en", says=("We did not get an answer.", "Goodbye."))


@pytest.mark.parametrize(
    ("reply", "says"),
    [
        (
            a_reply(ReplyMeaning.ANSWER, Disposition.CONFIRMED),
            "Thank you, your appointment is confirmed.",
        ),
        (a_reply(ReplyMeaning.OPT_OUT), "You will get no more calls from us."),
        (a_reply(ReplyMeaning.UNCLEAR), "We could not take your answer. Please call us."),
    ],
)
def test_the_outcome_is_spoken_and_the_call_is_over(reply: Reply, says: str) -> None:
    assert SCRIPT.ending(reply, ()) == CallTurn(language="en", says=(says, "Goodbye."))


@pytest.mark.parametrize("meaning", [ReplyMeaning.ANSWER, ReplyMeaning.OPT_OUT, ReplyMeaning.UNCLEAR])
def test_only_an_answer_is_followed_by_the_companys_own_words(meaning: ReplyMeaning) -> None:
    disposition = Disposition.CONFIRMED if meaning is ReplyMeaning.ANSWER else None
    says = SCRIPT.ending(a_reply(meaning, disposition), ["Bring your card."]).says
    assert ("Bring your card." in says) == (meaning is ReplyMeaning.ANSWER)
    assert says[-1] == "Goodbye."


def test_every_language_of_the_channel_has_its_words() -> None:
    assert set(SPOKEN_WORDS) == set(VOICE.languages or ())
    for words in SPOKEN_WORDS.values():
        assert set(words.keys) == set(words.outcomes) == set(Disposition)
        assert all("{key}" in one for one in (*words.keys.values(), words.repeat, words.no_more))


@pytest.mark.parametrize(("tag", "can"), [("en", True), ("ES-mx", True), ("pt-BR", True), ("nl", False)])
def test_which_languages_can_be_spoken(tag: str, can: bool) -> None:
    assert VOICE.has_language(tag) is can


@pytest.mark.parametrize(("characters", "minutes"), [(1, 1), (650, 1), (651, 2), (1_550, 2), (3_000, 4)])
def test_minutes_are_estimated_from_the_length(characters: int, minutes: int) -> None:
    assert VOICE.units("x" * characters) == minutes


def test_an_option_without_a_digit_is_found_and_9_is_none() -> None:
    options = (*OPTIONS, ReplyOption(words=("r", "9", "10"), disposition=Disposition.RESCHEDULE_ASKED))
    [problem] = check_keys(options)
    assert problem.field == "reply_options[2].words"
    assert offered_keys(options) == {"1": Disposition.CONFIRMED, "2": Disposition.CANCELED}
    assert keys_of(options) == {**offered_keys(options), "7": Disposition.CANCELED}
