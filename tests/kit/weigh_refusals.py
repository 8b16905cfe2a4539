"""Make the weights of shared/domain/replies/likeness.py of our corpus: python -m tests.kit.weigh_refusals

With --held-back nothing is written. Parts of the corpus are held back by turns and weighed by what the others
teach; it prints how many of their refusals are found, and how much else is taken for one.

Logistic regression in a fixed order (AdaGrad, https://jmlr.org/papers/v12/duchi11a.html), so that one
corpus always gives the same weights.
"""

import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from math import exp, sqrt
from pathlib import Path
from random import Random

from shared.domain.replies.asked import ReplyMeaning
from shared.domain.replies.heard import Heard, hear
from shared.domain.replies.kinds import own_words
from shared.domain.replies.likeness import BASE, WEIGHTS, features_of, margin
from tests.kit.read_replies import Case, cases_of, questions_of

CORPUS = Path("tests/domain/replies/corpus.json")
_ROUNDS = 14
_TURNS = 6
_RUN = 168  # about as many replies as came in one part of the corpus
_STEP, _DECAY = 0.2, 1e-3
_FLAT = 1e-6  # what a slope is at first
_SMALLEST = 30  # hundredths; a lighter one is left out
_STEEPEST = 30.0  # beyond it a likelihood is certain

Weighed = tuple[list[str], bool]  # the features of a reply, and whether it is what is looked for


def weights_of(cases: Iterable[Case]) -> dict[str, int]:
    """The weight of each feature in hundredths."""
    read = [(features_of_case(case), case["expected"]["outcome"] == ReplyMeaning.OPT_OUT) for case in cases]
    hundredths = {name: round(weight * 100) for name, weight in sorted(fitted(read).items())}
    return {name: weight for name, weight in hundredths.items() if name == BASE or abs(weight) >= _SMALLEST}


def fitted(read: Sequence[tuple[frozenset[str], bool]]) -> dict[str, float]:
    """The weight of each feature that more than one reply has; `read` says of each whether it is meant."""
    counts = Counter(name for features, _ in read for name in features)
    known = [([BASE, *sorted(one for one in features if counts[one] > 1)], meant) for features, meant in read]
    return _fitted(known)


def turns() -> range:
    """The turns by which parts of the corpus are held back."""
    return range(_TURNS)


def is_held(at: int, turn: int) -> bool:
    """Whether the reply at this place of the corpus is held back at the turn."""
    return at // _RUN % _TURNS == turn


def features_of_case(case: Case) -> frozenset[str]:
    """What of the case's reply is weighed."""
    return features_of(heard_of(case))


def heard_of(case: Case) -> Heard:
    """The case's reply, taken apart."""
    questions = questions_of(case)
    body = case["reply"] if isinstance(case["reply"], str) else case["reply"]["body"]
    options = [option for question in questions for option in question.options]
    return hear(own_words(body, (one.text for one in questions)), case["language"], options)


def _fitted(read: Sequence[Weighed]) -> dict[str, float]:
    weights: dict[str, float] = defaultdict(float)
    slopes: dict[str, float] = defaultdict(lambda: _FLAT)
    order, chance = list(range(len(read))), Random(3)  # noqa: S311  # an order, no secret
    for _ in range(_ROUNDS):
        chance.shuffle(order)
        for place in order:
            features, refuses = read[place]
            weight = sum(weights[one] for one in features)
            error = 1 / (1 + exp(-max(-_STEEPEST, min(_STEEPEST, weight)))) - refuses
            for one in features:
                slope = error + (_DECAY * weights[one] if one != BASE else 0)
                slopes[one] += slope * slope
                weights[one] -= _STEP * slope / sqrt(slopes[one])
    return weights


def held_back(cases: Sequence[Case]) -> dict[str, tuple[int, int]]:
    """How many replies have each outcome, and how many of them the others take for refusals."""
    counts: dict[str, tuple[int, int]] = {}
    for turn in turns():
        made = weights_of(case for at, case in enumerate(cases) if not is_held(at, turn))
        weights = {name: weight / 100 for name, weight in made.items()}
        for case in (case for at, case in enumerate(cases) if is_held(at, turn)):
            outcome = case["expected"]["outcome"]
            total, taken = counts.get(outcome, (0, 0))
            counts[outcome] = (total + 1, taken + (margin(heard_of(case), weights) > 0))
    return counts


def main(options: Sequence[str]) -> None:
    """Write the weights' file, or print what replies that were held back are taken for."""
    cases = list(cases_of(json.loads(CORPUS.read_text(encoding="utf-8"))))
    if "--held-back" in options:
        for outcome, (total, taken) in held_back(cases).items():
            print(f"{outcome}: {taken} of {total} weigh like a refusal, {taken / total:.1%}")  # noqa: T201
        return
    weights = weights_of(cases)
    WEIGHTS.write_text("".join(f"{name}\t{weight}\n" for name, weight in weights.items()), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
