"""A second judge of an answer that the rules hear and are not sure of: how it is like those of our corpus.

As refusals are weighed in likeness.py, by the same features, for confirming and for canceling. The weights
are data: answer_weights.tsv, made of the corpus by `python -m tests.kit.weigh_answers`. It never judges
alone: the rules must have heard the answer. A question, a doubt, a condition, another day or time stay a
person's.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from shared.domain.campaigns.reply_option import Disposition
from shared.domain.replies.heard import Heard
from shared.domain.replies.likeness import features_of, likeness
from shared.domain.replies.matter import CANCELED, CONFIRMED
from shared.domain.replies.objections import NEGATED, NOT_ONLY
from shared.domain.replies.sense import Mark, Sense
from shared.domain.replies.verdict import Verdict

WEIGHTS = Path(__file__).with_name("languages") / "answer_weights.tsv"
WEIGHED = (
    CONFIRMED,
    CANCELED,
)  # the columns of the file; what asks for another time the rules find themselves
Weights = Mapping[Disposition, Mapping[str, float]]
_UNSURE = frozenset({NEGATED, NOT_ONLY})  # reasons after which the words are weighed
_ENOUGH = {CONFIRMED: 1.5, CANCELED: 2.5}
_OBJECTS = frozenset({Sense.BUT, Sense.DOUBT})
_CANCELING = frozenset({Sense.CANCEL, Sense.CANCEL_VERB})


def is_likely(found: Verdict, heard: Heard, weights: Weights | None = None) -> bool:
    """Whether the words weigh as much for the answer that the rules heard as those of one that is certain."""
    said = found.leaning
    if said not in WEIGHED or found.reason not in _UNSURE or heard.has(*_OBJECTS):
        return False
    if said is CANCELED and _cancels_a_thing(heard):
        return False
    features = features_of(heard)
    weigh = {one: likeness(features, table) for one, table in (weights or _weights()).items()}
    return weigh.pop(said) > _ENOUGH[said] and max(weigh.values()) < 0


def _cancels_a_thing(heard: Heard) -> bool:
    """Whether an unknown word follows in the same part: "I want to cancel my insurance"."""
    return any(
        mark.sense in _CANCELING and any(_is_told_of(one, mark) for one in heard.marks)
        for mark in heard.marks
    )


def _is_told_of(word: Mark, mark: Mark) -> bool:
    return word.sense is Sense.WORD and word.part == mark.part and word.start >= mark.end


@cache
def _weights() -> Weights:
    """The weights of the file (a part of the code): a feature and its hundredths for each answer a line."""
    lines = [line.split("\t") for line in WEIGHTS.read_text(encoding="utf-8").splitlines()]
    return {
        one: {name: int(hundredths[at]) / 100 for name, *hundredths in lines if hundredths[at] != "0"}
        for at, one in enumerate(WEIGHED)
    }
