"""Refusals that no rule knows, taken by their likeness to those of the corpus; and what must not be."""

import json
from typing import Any

import pytest

from shared.domain.campaigns.reply_option import Disposition
from shared.domain.replies.asked import ReplyMeaning
from shared.domain.replies.consent import consent_heard
from shared.domain.replies.heard import hear
from shared.domain.replies.likeness import WEIGHTS
from shared.domain.replies.refused_readings import LIKE_REFUSAL, MAYBE_REFUSAL
from tests.domain.replies.test_any_form import read
from tests.domain.replies.test_corpus import PATH
from tests.kit.read_replies import cases_of
from tests.kit.weigh_refusals import weights_of

# In no corpus, and of no rule.
LIKE_REFUSALS = [
    ("en", "my thumbs hurt from deleting your stuff"),
    ("en", "I'm good without any of these"),
    ("es", "qué gente tan necia con sus textos"),
    ("fr", "on a pas besoin de vos histoires ici"),
]
OTHERS = [
    ("en", "the tooth is driving me crazy"),
    ("en", "your texts come in two parts"),
    ("en", "I love these texts"),
    ("en", "Lena Hartwig"),
    ("en", "aetna gold plan"),
    ("es", "edificio azul"),
    ("fr", "Paul Lambert"),
    ("pt", "casa amarela"),
    ("en", "change, please"),
    ("es", "no me han mandado la receta"),
    ("fr", "je n'ai pas votre adresse"),
    ("pt", "não sei o endereço"),
]


@pytest.mark.parametrize(("language", "text"), LIKE_REFUSALS)
def test_what_is_like_a_refusal_is_honored_and_a_person_is_told(language: str, text: str) -> None:
    assert consent_heard(hear(text, language)) is None
    reading = read(text, language)
    assert (reading.outcome, reading.needs_person) == (ReplyMeaning.OPT_OUT, True)
    assert reading.reason.startswith(LIKE_REFUSAL)


@pytest.mark.parametrize(("language", "text"), OTHERS)
def test_what_is_not_stays_a_persons(language: str, text: str) -> None:
    assert read(text, language).outcome is ReplyMeaning.UNCLEAR


def test_beside_an_answer_it_is_a_persons_and_changes_nothing() -> None:
    reading = read("yes. my thumb hurts from all of your stuff")
    assert (reading.outcome, reading.answers) == (ReplyMeaning.UNCLEAR, ())
    assert (reading.may_also_mean, reading.reason) == (Disposition.CONFIRMED, MAYBE_REFUSAL)


def test_the_weights_are_those_of_the_corpus() -> None:
    """They are made again with `python -m tests.kit.weigh_refusals` when the corpus or the words change."""
    corpus: Any = json.loads(PATH.read_text(encoding="utf-8"))
    lines = (line.split("\t") for line in WEIGHTS.read_text(encoding="utf-8").splitlines())
    kept = {name: int(weight) for name, weight in lines}
    made = weights_of(cases_of(corpus))
    far = [name for name in kept.keys() & made.keys() if abs(kept[name] - made[name]) > 2]
    assert (far, len(kept.keys() ^ made.keys()) <= 5) == ([], True)
