"""Answers that the rules hear and are not sure of, taken by their likeness to those of the corpus."""

import json
from typing import Any

import pytest

from shared.domain.campaigns.reply_option import Disposition
from shared.domain.replies.answered import PAIRS
from shared.domain.replies.asked import ReplyMeaning
from shared.domain.replies.heard import hear
from shared.domain.replies.likely_answers import WEIGHED, WEIGHTS, likely, likely_of_each
from shared.domain.replies.objections import ASKS, DOUBTFUL, NOT_ONLY, OTHER_TIME
from shared.domain.replies.verdict import CONTRADICTION, NOT_OFFERED, Verdict
from tests.domain.replies.test_any_form import read
from tests.domain.replies.test_corpus import PATH
from tests.kit.read_replies import cases_of
from tests.kit.weigh_answers import weights_of

# In no corpus.
LIKELY = [
    ("en", "Yes dear, I will be at the dentist, bless your heart", Disposition.CONFIRMED),
    ("fr", "C'est écrit dans mon agenda, j'y serai", Disposition.CONFIRMED),
    ("es", "Dígale que ahí estaré sin falta mi reina", Disposition.CONFIRMED),
    ("en", "cannot come tuesday love, cancel it", Disposition.CANCELED),
]
PERSONS = [
    ("en", "I want to cancel my gym"),
    ("en", "perfect timing, my dog just ate it"),
    ("en", "Yes dear, if my knee allows, I will be at the dentist, bless your heart"),
    ("en", "Yes dear, I will be at the dentist on Friday, bless your heart"),
    ("en", "Yes dear, maybe I will be at the dentist, bless your heart"),
    ("en", "Yes dear, I will be at the dentist, bless your heart, where is it?"),
]


@pytest.mark.parametrize(("language", "text", "meant"), LIKELY)
def test_an_answer_is_taken_where_rules_and_weights_agree(
    language: str, text: str, meant: Disposition
) -> None:
    reading = read(text, language)
    assert [one.disposition for one in reading.answers] == [meant]


@pytest.mark.parametrize(("language", "text"), PERSONS)
def test_what_asks_doubts_or_names_another_time_or_thing_stays_a_persons(language: str, text: str) -> None:
    reading = read(text, language)
    assert (reading.outcome, reading.answers, reading.needs_person) == (ReplyMeaning.UNCLEAR, (), True)


def test_no_weight_goes_against_the_rules() -> None:
    heard = hear("yes I will be there on Tuesday", "en")
    confirmed, canceled = frozenset({Disposition.CONFIRMED}), frozenset({Disposition.CANCELED})
    said = Disposition.CONFIRMED
    assert likely(Verdict(leaning=said, heard=confirmed, reason=NOT_ONLY), heard) is said
    assert likely(Verdict(heard=confirmed | canceled, reason=CONTRADICTION), heard) is None
    for reason in (DOUBTFUL, OTHER_TIME, ASKS):
        assert likely(Verdict(leaning=said, heard=confirmed, reason=reason), heard) is None
    assert likely(Verdict(reason=NOT_ONLY), heard) is None
    no = hear("yeah no I can't make it, cancel it", "en")
    assert likely(Verdict(heard=confirmed | canceled, reason=CONTRADICTION), no) is Disposition.CANCELED
    assert likely(Verdict(leaning=said, reason=NOT_OFFERED), no) is None


EACH = [
    ("We will both be there on Tuesday, thank you", Disposition.CONFIRMED),
    ("please cancel both appointments, we are sick", Disposition.CANCELED),
]
NOT_EACH = [
    "I can't make both",
    "both? which ones",
    "maybe both",
    "both but only if it is quick",
    "only both",
]


@pytest.mark.parametrize(("text", "meant"), EACH)
def test_both_are_answered_together(text: str, meant: Disposition) -> None:
    assert likely_of_each(PAIRS, hear(text, "en")) is meant
    assert likely_of_each(OTHER_TIME, hear(text, "en")) is None


@pytest.mark.parametrize("text", NOT_EACH)
def test_where_one_of_both_may_be_meant_a_person_decides(text: str) -> None:
    assert likely_of_each(PAIRS, hear(text, "en")) is None


def test_the_weights_are_those_of_the_corpus() -> None:
    """They are made again with `python -m tests.kit.weigh_answers` when the corpus or the words change."""
    corpus: Any = json.loads(PATH.read_text(encoding="utf-8"))
    lines = (line.split("\t") for line in WEIGHTS.read_text(encoding="utf-8").splitlines())
    kept = {name: tuple(map(int, weights)) for name, *weights in lines}
    made = weights_of(cases_of(corpus))
    both = kept.keys() & made.keys()
    far = [name for name in both for at in range(len(WEIGHED)) if abs(kept[name][at] - made[name][at]) > 2]
    assert (far, len(kept.keys() ^ made.keys()) <= 5) == ([], True)
