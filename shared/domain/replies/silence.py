"""Refusals said as a wish: that a phone be quiet, that none come, or of what was named before."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from shared.domain.replies.heard import Heard
from shared.domain.replies.lexicon import lexicon_of
from shared.domain.replies.refusal_words import RefusalWords, names
from shared.domain.replies.sense import Sense

_FEW = 5  # words of "no thanks" behind what was named


def wishes_silence(heard: Heard) -> bool:
    """Whether any part says: "I'd be grateful if her name did not come up on my phone any more"."""
    words = lexicon_of(heard.language).refusal
    return any(_wishes_quiet(said, words) for said in _texts(heard)) or _declines_what_was_named(heard, words)


def wants_none(heard: Heard) -> bool:
    """Whether nothing but "none at all" is said where no answer was asked for: "I want zero. ZERO."."""
    words = lexicon_of(heard.language).refusal
    polite = {
        at for mark in heard.marks if mark.sense is Sense.GREETING for at in range(mark.start, mark.end)
    }
    for part in dict.fromkeys(token.part for token in heard.tokens if not token.asks):
        said = {one.text for at, one in enumerate(heard.tokens) if one.part == part and at not in polite}
        if words.quantities & said and said <= words.quantities | words.asking_many:
            return True
    return False


def _texts(heard: Heard) -> Iterator[list[str]]:
    for part in dict.fromkeys(token.part for token in heard.tokens):
        yield [token.text for token in heard.tokens if token.part == part]


def _wishes_quiet(said: Sequence[str], words: RefusalWords) -> bool:
    begged = next((at for at, word in enumerate(said) if word in words.begging), None)
    if begged is None:
        return False
    denied = next((at for at, word in enumerate(said) if at > begged and word in words.denials), None)
    if denied is None or not names(said[denied + 1 :], words.showing):
        return False
    return bool(set(said) & (words.screens | words.persons))


def _declines_what_was_named(heard: Heard, words: RefusalWords) -> bool:
    """Whether a part names messages, and the next declines them: "as for these texts, I'd rather not"."""
    for named, then in pairwise(_texts(heard)):
        told = f"{' '.join(named)} "
        is_topic = any(told.startswith(one[1:]) for one in words.topics) and words.messages & set(named)
        if is_topic and words.declining & set(then[:_FEW]):
            return True
    return False
