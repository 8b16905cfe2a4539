"""How much a reply is like the refusals of our corpus, where no rule and no phrase knows it.

Each word, pair of words, beginning of a word and sense weighs for or against a refusal. So does the kind of a
word ("denials", "messages": those of refusal_words.py, the same in all languages), and any two kinds in one
part. The weights are data: refusal_weights.tsv, made of the corpus by `python -m tests.kit.weigh_refusals`
(logistic regression). What is taken for a refusal this way alone is honoured, and a person is told.
"""

from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from itertools import pairwise
from math import fsum
from pathlib import Path

from msgspec.structs import fields

from shared.domain.record import replace
from shared.domain.replies.heard import Heard
from shared.domain.replies.lexicon import lexicon_of
from shared.domain.replies.not_meant import without_idioms
from shared.domain.replies.other_matters import parts_of, without_places, without_things
from shared.domain.replies.refusal_words import RefusalWords
from shared.domain.replies.sense import Sense

WEIGHTS = Path(__file__).with_name("languages") / "refusal_weights.tsv"
BASE = "base"  # what every reply weighs
_KNOWN_REFUSALS = frozenset({Sense.REFUSE, Sense.REFUSE_WORD, Sense.SOFT_REFUSE})  # phrases: weighed by words
_BEGINNINGS = (4, 6)  # letters
_KINDS = tuple(one.name for one in fields(RefusalWords) if one.type == frozenset[str])
_FAR = 6  # words between two whose kinds are weighed together
_ENOUGH = -1.0  # for a reply that speaks of nothing else: a refusal missed is worse than one too many
_PLENTY = 0.0  # for a question, and what names another matter
_FOR_A_WORD = 2.0  # for a single one, with polite words or without
_FOR_A_PART = 0.8  # beyond that: of a part, where an answer was heard in another
_MORE = 4.0  # beyond that: where an answer was heard
_EVIDENCE = 1.5  # what words must weigh for a refusal: unknown ones, such as a name alone, are none
_NEVER = -99.0
_OF_A_SENSE = "["
_OTHER_MATTERS = (
    Sense.DANGER, Sense.WRONG_NUMBER, Sense.OPT_IN, Sense.HARMLESS, Sense.NOT_CANCEL,
    Sense.COMING, Sense.TIME, Sense.LATE,
)  # fmt: skip


def is_like_a_refusal(heard: Heard) -> bool:
    """Whether the reply weighs enough for a refusal. What speaks of a treatment or a bill never does."""
    return margin(heard, _weights()) > 0


def is_surely_like_a_refusal(heard: Heard) -> bool:
    """Whether it weighs so much that it is one even where an answer was heard in it."""
    return margin(heard, _weights()) > _MORE


def has_part_like_a_refusal(heard: Heard, names: frozenset[str]) -> bool:
    """Whether any part of it does by itself: "yes, and my thumbs are tired of deleting you".

    Where `names` tell several appointments apart, what names one is about that: "remove Thursday".
    """
    parts = (part for part in parts_of(heard) if not (names and _names_one(part, names)))
    return any(margin(part, _weights()) > _FOR_A_PART for part in parts)


def _names_one(part: Heard, names: frozenset[str]) -> bool:
    return part.has(Sense.DAY, Sense.TIME) or any(token.text in names for token in part.tokens)


def margin(heard: Heard, weights: Mapping[str, float]) -> float:
    """How much the reply weighs beyond what makes a refusal."""
    heard = without_idioms(heard)
    is_other = len(without_places(without_things(heard)).tokens) < len(heard.tokens)
    heard = replace(heard, tokens=tuple(token for token in heard.tokens if token.text))
    if not heard.tokens or is_other or heard.has(Sense.NOT_REFUSE):
        return _NEVER
    is_question = all(mark.asks for mark in heard.marks)
    is_doubtful = is_question or heard.has(*_OTHER_MATTERS)
    said = sum(mark.end - mark.start for mark in heard.marks if mark.sense is not Sense.GREETING)
    needed = _FOR_A_WORD if said <= 1 else _PLENTY if is_doubtful else _ENOUGH
    features = features_of(heard)
    found = (weights.get(one, 0.0) for one in features if not one.startswith(_OF_A_SENSE))
    if fsum(weight for weight in found if weight > 0) < _EVIDENCE:
        return _NEVER
    return likeness(features, weights) - needed


def likeness(features: frozenset[str], weights: Mapping[str, float]) -> float:
    """The weight of the features together: above 0 it is likelier a refusal than not."""
    return fsum((weights[BASE], *(weights.get(one, 0.0) for one in features)))  # in any order the same


def features_of(heard: Heard) -> frozenset[str]:
    """What of a reply is weighed, each a short text: see refusal_weights.tsv."""
    return frozenset(_features(heard))


def _features(heard: Heard) -> Iterator[str]:
    words = [token.text if token.kind == "word" else f"#{token.kind}" for token in heard.tokens]
    for word in words:
        yield word
        yield from (f"{word[:length]}*" for length in _BEGINNINGS if len(word) > length)
    yield from (f"{one} {then}" for one, then in pairwise(["<", *words, ">"]))
    yield from (f"{one} _ {then}" for one, then in zip(words, words[2:], strict=False))
    yield from _features_of_kinds(heard)
    senses = [Sense.WORD if one.sense in _KNOWN_REFUSALS else one.sense for one in heard.marks]
    yield from (f"[{one}]" for one in senses)
    said = ["<", *(one for one in senses if one is not Sense.GREETING), ">"]
    yield from (f"[{one} {then}]" for one, then in pairwise(said))
    if any(token.asks for token in heard.tokens):
        yield "?"
    if any(mark.asks for mark in heard.marks):
        yield "[asks]"


def _features_of_kinds(heard: Heard) -> Iterator[str]:
    """The kind of each word, and of any two that follow each other in one part: "{denials messages}"."""
    kinds = [(token.part, _kinds_of(token.text, heard.language)) for token in heard.tokens]
    for at, (part, said) in enumerate(kinds):
        then = {kind for other, found in kinds[at + 1 : at + 1 + _FAR] if other == part for kind in found}
        for kind in said:
            yield f"{{{kind}}}"
            yield from (f"{{{kind} {later}}}" for later in then)


@lru_cache(maxsize=5_000)
def _kinds_of(word: str, language: str) -> tuple[str, ...]:
    words = lexicon_of(language).refusal
    return tuple(kind for kind in _KINDS if word in getattr(words, kind))


@cache
def _weights() -> Mapping[str, float]:
    """The weights of the file (a part of the code): a feature and its hundredths a line."""
    lines = WEIGHTS.read_text(encoding="utf-8").splitlines()
    return {name: int(weight) / 100 for name, weight in (line.split("\t") for line in lines)}
