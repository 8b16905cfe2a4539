"""A second judge of what the rules hear and are not sure of: how it is like the answers of our corpus.

As refusals are weighed in likeness.py, by the same features, for each of the three answers. The weights are
data: answer_weights.tsv, made of the corpus by `python -m tests.kit.weigh_answers`. The rules must have heard
a yes before one is taken; how much an answer must weigh depends on why they were not sure.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from shared.domain.campaigns.reply_option import Disposition
from shared.domain.replies.clauses import is_not_each
from shared.domain.replies.heard import Heard
from shared.domain.replies.likeness import features_of, likeness
from shared.domain.replies.matter import CANCELED, CONFIRMED, MOVED
from shared.domain.replies.objections import ASKS, CONDITION, DOUBTFUL, NEGATED, NOT_ONLY, OTHER_TIME
from shared.domain.replies.sense import Mark, Sense
from shared.domain.replies.verdict import CONTRADICTION, IS_LATE, NOT_OFFERED, Verdict

WEIGHTS = Path(__file__).with_name("languages") / "answer_weights.tsv"
WEIGHED = (CONFIRMED, CANCELED, MOVED)  # the columns of the file
Weights = Mapping[Disposition, Mapping[str, float]]
# What an answer must weigh, by why the rules are not sure: chosen on replies that were held back. Elsewhere
# weights were too often wrong: a yes beside a doubt, a question or another time is a person's at any weight.
_ENOUGH: Mapping[str, Mapping[Disposition, float]] = {
    NOT_ONLY: {CONFIRMED: 3.0, CANCELED: 2.5},
    NEGATED: {CONFIRMED: 3.0, CANCELED: 3.0},
    CONDITION: {CONFIRMED: 2.5},
    DOUBTFUL: {CANCELED: 3.0, MOVED: 2.0},
    OTHER_TIME: {CANCELED: 3.0},
    ASKS: {MOVED: 2.0},
    CONTRADICTION: {CANCELED: 3.0},
    IS_LATE: {CANCELED: 2.5},
    NOT_OFFERED: {CANCELED: 2.5},
}
_OBJECTS = frozenset({Sense.BUT, Sense.DOUBT})
_DIGITS = frozenset({Sense.NUMBER, Sense.ORDINAL, Sense.CHOICE})
_CANCELING = frozenset({Sense.CANCEL, Sense.CANCEL_VERB})
_APART = (Sense.BUT, Sense.DOUBT, Sense.ONLY, Sense.CORRECTION, Sense.NOT_CANCEL, Sense.NEITHER)
_CLEAR = frozenset({ASKS, CONDITION, DOUBTFUL, OTHER_TIME})
_OF_EACH = 2.0


def likely(found: Verdict, heard: Heard, weights: Weights | None = None) -> Disposition | None:
    """The answer that the words weigh, where the rules have none and say nothing against this one."""
    enough = _ENOUGH.get(found.reason)
    if found.disposition is not None or enough is None:
        return None
    said, weight = _heaviest(heard, weights or _weights())
    is_sure = said in enough and weight > enough[said]
    return said if is_sure and not _is_against(said, found, heard) else None


def likely_of_each(reason: str, heard: Heard) -> Disposition | None:
    """The answer to all that is asked, where they are named together: "I'll bring them both".

    `reason` says why the rules have none. None where one of several may be meant: "I can't make both".
    """
    is_apart = heard.has(*_APART) or is_not_each(heard.marks) or any(mark.asks for mark in heard.marks)
    if not heard.has(Sense.BOTH) or is_apart or reason in _CLEAR:
        return None
    said, weight = _heaviest(heard, _weights())
    return said if weight > _OF_EACH else None


def _heaviest(heard: Heard, weights: Weights) -> tuple[Disposition, float]:
    """The likeliest answer and its weight: none where another one weighs for itself as well."""
    features = features_of(heard)
    weigh = {one: likeness(features, table) for one, table in weights.items()}
    said = max(weigh, key=lambda one: weigh[one])
    weight = weigh.pop(said)
    return said, weight if max(weigh.values()) < 0 else 0.0


def _is_against(said: Disposition, found: Verdict, heard: Heard) -> bool:
    """Whether the rules heard what forbids the answer."""
    if said is CONFIRMED:
        return said not in found.heard or heard.has(*_OBJECTS) or _denies_alone(heard)
    if found.reason == NOT_OFFERED and found.leaning is not None:
        return True
    is_one = found.leaning is not None  # "nope" where it does not say whether another day is wanted
    if found.reason == CONTRADICTION and (is_one or MOVED in found.heard or heard.has(*_DIGITS)):
        return True
    return said is CANCELED and _cancels_a_thing(heard)


def _denies_alone(heard: Heard) -> bool:
    """ "Yes I'll be there, never": a denial that stands by itself denies what was said."""
    parts = [mark.part for mark in heard.marks]
    return any(mark.sense is Sense.NEGATION and parts.count(mark.part) == 1 for mark in heard.marks)


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
