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
from shared.domain.replies.matter import CANCELED, CONFIRMED, MOVED
from shared.domain.replies.objections import NEGATED, NOT_ONLY
from shared.domain.replies.sense import Mark, Sense
from shared.domain.replies.verdict import CONTRADICTION, Verdict

WEIGHTS = Path(__file__).with_name("languages") / "answer_weights.tsv"
WEIGHED = (CONFIRMED, CANCELED)  # the columns of the file; another time the rules find themselves
Weights = Mapping[Disposition, Mapping[str, float]]
_UNSURE = {  # after which reasons, and for which answers: a yes beside a denial never confirms
    NOT_ONLY: frozenset({CONFIRMED, CANCELED}),
    NEGATED: frozenset({CANCELED}),
    CONTRADICTION: frozenset({CANCELED}),
}
_ENOUGH = {CONFIRMED: 1.5, CANCELED: 2.5}
_OF_TWO = 3.0  # where the rules heard both
_OBJECTS = frozenset({Sense.BUT, Sense.DOUBT})
_CANCELING = frozenset({Sense.CANCEL, Sense.CANCEL_VERB})


def likely(found: Verdict, heard: Heard, weights: Weights | None = None) -> Disposition | None:
    """The answer that the rules heard, where the words weigh as much for it as those of a certain one."""
    if found.disposition is not None or found.reason not in _UNSURE or heard.has(*_OBJECTS):
        return None
    features = features_of(heard)
    weigh = {one: likeness(features, table) for one, table in (weights or _weights()).items()}
    said = max(weigh, key=lambda one: weigh[one])
    weight, other = weigh[said], min(weigh.values())
    if said not in found.heard & _UNSURE[found.reason] or weight <= _ENOUGH[said] or other >= 0:
        return None
    if found.leaning is None and (MOVED in found.heard or weight <= _OF_TWO):
        return None
    return None if said is CANCELED and _cancels_a_thing(heard) else said


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
