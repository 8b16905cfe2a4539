"""A company's own words of refusal and permission: what they do, and which cannot be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.campaigns.reply_option import Disposition, ReplyOption
from shared.domain.companies.consent_rules import ConsentRules
from shared.domain.contacts.consent import WordMeaning
from shared.domain.replies.own_words import check_own_options, check_own_words, own_meaning

RULES = ConsentRules(opt_out_words=("Adiós clínica", "farewell"), opt_in_words=("welcome back",))


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("ADIOS CLINICA!", WordMeaning.OPT_OUT),
        ("  farewell. ", WordMeaning.OPT_OUT),
        ("f a r e w e l l", WordMeaning.OPT_OUT),
        ("Welcome back", WordMeaning.OPT_IN),
        ("Farewell\n\nSent from my iPhone", WordMeaning.OPT_OUT),
        ("Farewell\n> Reply 1 to come", WordMeaning.OPT_OUT),
        ("farewell party", None),
        ("clinica", None),
        ("", None),
        ("...", None),
    ],
)
def test_the_whole_reply_is_the_word(text: str, meaning: WordMeaning | None) -> None:
    assert own_meaning(RULES, text) is meaning


@given(st.text(max_size=40))
def test_without_words_nothing_is_one(text: str) -> None:
    assert own_meaning(ConsentRules(), text) is None


@pytest.mark.parametrize("word", ["1", "y", "YES", "sí", "no", "", "👍", "a 1", "x" * 41])
def test_what_people_answer_with_is_no_word_of_refusal(word: str) -> None:
    assert [one.field for one in check_own_words(ConsentRules(opt_out_words=("farewell", word)))] == [
        "opt_out_words[1]"
    ]


@pytest.mark.parametrize(
    "word",
    ["HELP", "Ayuda", "aide", "INFO", "confirm", "see you then", "vale", "d'accord", "otro día", "yes please",
     "chest pain", "urgent"],
)  # fmt: skip
def test_what_means_something_else_is_no_word_of_refusal_or_return(word: str) -> None:
    [out] = check_own_words(ConsentRules(opt_out_words=(word,)))
    [back] = check_own_words(ConsentRules(opt_in_words=(word,)))
    assert (out.field, back.field) == ("opt_out_words[0]", "opt_in_words[0]")


@pytest.mark.parametrize("word", ["CANCELAR", "annuler", "no puedo ir", "no gracias", "chega já", "OUT1"])
def test_who_cancels_may_refuse_by_the_word_and_never_return_by_it(word: str) -> None:
    assert list(check_own_words(ConsentRules(opt_out_words=(word,)))) == []
    if word in ("CANCELAR", "annuler", "no puedo ir"):
        assert len(list(check_own_words(ConsentRules(opt_in_words=(word,))))) == 1


def test_no_word_means_the_opposite_of_what_is_known_or_both() -> None:
    wrong = ConsentRules(opt_out_words=("start", "farewell"), opt_in_words=("BAJA", "Farewell"))
    assert [one.field for one in check_own_words(wrong)] == [
        "opt_out_words[0]",
        "opt_in_words[0]",
        "opt_in_words[1]",
    ]
    assert list(check_own_words(RULES)) == []
    assert (
        len(list(check_own_words(ConsentRules(opt_in_words=tuple(f"word{one}" for one in range(21)))))) == 1
    )


def test_an_option_has_none_of_them() -> None:
    options = (
        ReplyOption(words=("1", "here"), disposition=Disposition.CONFIRMED),
        ReplyOption(words=("2", "Farewell!"), disposition=Disposition.CANCELED),
    )
    [problem] = check_own_options(options, RULES)
    assert (problem.field, "digit" in problem.reason) == ("reply_options[1].words[1]", True)
