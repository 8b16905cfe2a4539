"""Several appointments: who writes beside somebody named, short verbs, and what a part points back to."""

import pytest

from tests.domain.replies.test_clauses import answers

YES, NO = "confirmed", "canceled"
BOTH, NEITHER = {"a": YES, "b": YES}, {"a": NO, "b": NO}
ONLY_BEN, NOT_BEN = {"a": NO, "b": YES}, {"a": YES, "b": NO}


@pytest.mark.parametrize(
    ("language", "text", "meant"),
    [
        ("en", "Ben and I confirm", BOTH),
        ("en", "We're both coming, me and Ben", BOTH),
        ("en", "Neither Ben nor I can make it", NEITHER),
        ("es", "Yo y Ben vamos", BOTH),
        ("es", "Confirmamos los dos, Ben y yo", BOTH),
        ("fr", "Ana et Ben confirment", BOTH),
        ("fr", "Ni Ben ni moi ne pouvons venir", NEITHER),
        ("pt", "Eu e o Ben confirmamos", BOTH),
        ("pt", "Nem eu nem o Ben vamos", NEITHER),
        ("pt", "sim para os dois, minha mãe agradece", BOTH),
        ("en", "I'm Ben and I can't", {"b": NO}),
        ("en", "Tell Ben and I will sort it out", {}),
        ("en", "Neither Ben nor I got a confirmation", {}),
        ("es", "Ben y yo no sabemos", {}),
        ("pt", "Eu e o Ben não moramos mais juntos", {}),
    ],
)
def test_who_writes_is_the_other_one(language: str, text: str, meant: dict[str, str]) -> None:
    assert answers(text, language) == meant


@pytest.mark.parametrize(
    ("language", "text", "meant"),
    [
        ("en", "10:30 doesn't work, Thursday does", ONLY_BEN),
        ("en", "no dentist this time just the hygienist please", ONLY_BEN),
        ("en", "just the dentist, no hygienist this time", NOT_BEN),
        ("en", "Ben is not available Thursday", {"b": NO}),
        ("en", "Ana confirmed and Ben cancelled", NOT_BEN),
        ("en", "I can make 10:30. can't stay for the hygienist", NOT_BEN),
        ("es", "sin higienista por favor", {"b": NO}),
        ("fr", "Ana n'est pas dispo mardi", {"a": NO}),
        ("fr", "10h30 ça va pas, jeudi ça va", ONLY_BEN),
        ("pt", "10:30 não dá, 14:00 dá", ONLY_BEN),
        ("pt", "14:00 não dá, 10:30 dá", NOT_BEN),
        ("pt", "o Ben não pode na quinta", {"b": NO}),
        ("en", "10:30 works?", {}),
        ("en", "was Ben cancelled", {}),
        ("en", "I don't think Ben can", {}),
        ("en", "I don't want the dentist to use that drill", {}),
    ],
)
def test_short_verbs_answer_behind_a_name(language: str, text: str, meant: dict[str, str]) -> None:
    assert answers(text, language) == meant


@pytest.mark.parametrize(
    ("language", "text", "meant"),
    [
        ("en", "Ana's is fine, but Thursday I'm minding the grandkids so not that one", NOT_BEN),
        ("en", "Ana has a spelling bee so cancel hers, Ben's is fine", ONLY_BEN),
        ("en", "I'll take Tuesday and pass on Thursday", NOT_BEN),
        ("en", "I keep the dentist and drop the other", NOT_BEN),
        ("es", "al dentista sí voy pero el jueves trabajo así que esa no", NOT_BEN),
        ("es", "quita la de Ana, la otra déjala", ONLY_BEN),
        ("fr", "je garde le dentiste et je laisse tomber l'autre", NOT_BEN),
        ("pt", "fico com a do dentista e abro mão da outra", NOT_BEN),
        ("pt", "o dentista eu vou, na quinta pode liberar o horário", NOT_BEN),
        ("en", "I'll take Ben to school Thursday", {}),
        ("en", "Ana yes. I'll drop Ben off Thursday", {}),
        ("fr", "La petite oui, Ben pas possible", {}),
    ],
)
def test_a_part_points_back_to_what_it_names(language: str, text: str, meant: dict[str, str]) -> None:
    assert answers(text, language) == meant
