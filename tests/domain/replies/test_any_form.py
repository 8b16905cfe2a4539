"""Case, accents, marks, invisible signs and order never turn a refusal into an answer, or no into yes."""

import json
import unicodedata
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.campaigns.reply_option import Disposition, ReplyOption
from shared.domain.contacts.consent import WordMeaning
from shared.domain.replies.asked import Appointment, Question, Reading, ReplyMeaning, WrittenReply
from shared.domain.replies.consent import consent_of
from shared.domain.replies.read_reply import read_reply
from tests.domain.replies.test_corpus import PATH
from tests.kit.read_replies import cases_of

AT = datetime(2026, 12, 1, 10, 30, tzinfo=ZoneInfo("America/New_York"))
NOW = datetime(2026, 11, 30, 8, 30, tzinfo=ZoneInfo("America/New_York"))
OPTIONS = (
    ReplyOption(words=("1", "yes"), disposition=Disposition.CONFIRMED),
    ReplyOption(words=("2", "no"), disposition=Disposition.CANCELED),
    ReplyOption(words=("3",), disposition=Disposition.RESCHEDULE_ASKED),
)
LANGUAGES = ("en", "es", "fr", "pt")
INVISIBLE = st.sampled_from(["\u200b", "\u200d", "\u00ad", "\u2060", "\ufeff", "\u200e", "\ufe0f"])
YES = {
    "en": ["yes", "yes I'll be there", "I confirm", "see you then", "1"],
    "es": ["sí", "sí, ahí estaré", "confirmo", "claro que sí", "1"],
    "fr": ["oui", "je serai là", "je confirme", "bien sûr", "1"],
    "pt": ["sim", "estarei lá", "confirmo", "com certeza", "1"],
}
WORDS = (
    "yes",
    "no",
    "not",
    "1",
    "2",
    "but",
    "cancel",
    "stop",
    "i",
    "can",
    "will",
    "be",
    "there",
    "10:30",
    "11",
    "?",
)
UNSURE = {
    "en": [
        "but not on Tuesday",
        "maybe",
        "I don't know",
        "if I can",
        "never",
        "not really",
        "unless it rains",
    ],
    "es": ["pero no el martes", "quizás", "no sé", "si puedo", "nunca", "a menos que llueva"],
    "fr": ["mais pas mardi", "peut-être", "je ne sais pas", "si je peux", "jamais", "sauf s'il pleut"],
    "pt": ["mas não na terça", "talvez", "não sei", "se eu puder", "nunca", "a menos que chova"],
}


def read(text: str, language: str = "en") -> Reading:
    question = Question(
        id="q", appointments=(Appointment(key="a", at=AT),), options=OPTIONS, language=language
    )
    return read_reply([question], WrittenReply(body=text, written_at=NOW))


@cache
def refusals() -> list[tuple[str, str]]:
    return [
        (case["reply"], case["language"])
        for case in cases_of(json.loads(PATH.read_text(encoding="utf-8")))
        if case["expected"]["outcome"] == "opt_out" and isinstance(case["reply"], str)
    ]


def without_accents(text: str) -> str:
    return "".join(one for one in unicodedata.normalize("NFD", text) if not unicodedata.combining(one))


@given(data=st.data())
def test_a_refusal_is_one_in_every_form(data: st.DataObject) -> None:
    text, language = data.draw(st.sampled_from(refusals()))
    change = data.draw(st.sampled_from([str.upper, str.lower, str.title, without_accents, str.swapcase]))
    text = change(text)
    if data.draw(st.booleans()):
        text = unicodedata.normalize(data.draw(st.sampled_from(["NFC", "NFD", "NFKC"])), text)
    for _ in range(data.draw(st.integers(0, 3))):
        place = data.draw(st.integers(0, len(text)))
        text = text[:place] + data.draw(INVISIBLE) + text[place:]
    before, after = (
        data.draw(st.sampled_from(["", " ", "\n", "¡", "“", "  "])),
        data.draw(st.sampled_from(["", ".", "!!!", " \n", "”", " 🙏", "…"])),
    )
    reading = read(
        before + text.replace(" ", data.draw(st.sampled_from([" ", "  ", "\u00a0"]))) + after, language
    )
    assert reading.outcome is ReplyMeaning.OPT_OUT
    assert reading.answers == ()


@given(data=st.data())
def test_a_refusal_beside_an_answer_is_a_refusal_in_either_order(data: st.DataObject) -> None:
    text, language = data.draw(
        st.sampled_from([one for one in refusals() if one[0].strip("?").casefold() != "cancel"])
    )  # a word alone
    parts = data.draw(st.permutations([text, data.draw(st.sampled_from(YES[language]))]))
    reading = read(data.draw(st.sampled_from([". ", "! ", "\n", ", "])).join(parts), language)
    assert reading.answers == ()
    if consent_of(text, language) is WordMeaning.OPT_OUT:
        assert reading.outcome is ReplyMeaning.OPT_OUT
    else:  # weighed, and not by a rule: beside an answer a person's at least
        assert reading.needs_person


@pytest.mark.parametrize("language", LANGUAGES)
@given(data=st.data())
def test_no_yes_with_a_doubt_or_a_denial_confirms(language: str, data: st.DataObject) -> None:
    parts = [data.draw(st.sampled_from(YES[language])), data.draw(st.sampled_from(UNSURE[language]))]
    text = data.draw(st.sampled_from([" ", ", ", ". ", " ... "])).join(data.draw(st.permutations(parts)))
    assert Disposition.CONFIRMED not in {one.disposition for one in read(text, language).answers}


@given(text=st.text(max_size=60), language=st.sampled_from(LANGUAGES))
def test_any_text_can_be_read(text: str, language: str) -> None:
    reading = read(text, language)
    assert reading.answers or reading.outcome is not ReplyMeaning.ANSWER


@pytest.mark.parametrize("word", ["segunda", "terça", "quarta", "quinta", "la cuarta", "the 4th", "4"])
@pytest.mark.parametrize("count", [2, 3])
def test_a_day_that_may_be_a_number_is_neither_where_nothing_has_it(word: str, count: int) -> None:
    appointments = tuple(
        Appointment(key=str(number), at=AT.replace(day=5 + number)) for number in range(count)
    )  # Saturday, Sunday and Monday
    asked = Question(id="q", appointments=appointments, options=OPTIONS, language="pt")
    reading = read_reply([asked], WrittenReply(body=f"{word} não", written_at=NOW))
    named = {"segunda": {"1", "2"}, "terça": {"2"}}.get(word, set())
    assert {one.appointment_key for one in reading.answers} <= named


@given(words=st.lists(st.sampled_from(WORDS), max_size=6))
def test_a_denial_or_question_beside_never_confirms(words: list[str]) -> None:
    text = " ".join(words)
    reading = read(text)
    confirms = Disposition.CONFIRMED in {one.disposition for one in reading.answers}
    assert not (confirms and ({"not", "but", "stop", "11"} & set(words) or text.endswith("?")))
