"""What refuses in words and is not meant so: a turn of phrase, a mistake, what is taken back."""

from collections.abc import Iterator, Sequence
from itertools import dropwhile

from shared.domain.record import replace
from shared.domain.replies.heard import Heard
from shared.domain.replies.lexicon import lexicon_of
from shared.domain.replies.refusal_words import RefusalWords, SparedWords, names
from shared.domain.replies.sense import Sense
from shared.domain.replies.words import Token

_OPENING = frozenset({"and", "but", "e", "et", "i", "just", "mais", "mas", "pero", "please", "so", "y"})
_NEVER_AFTER = frozenset({"de", "em", "en", "que"})  # an idiom: "ni hablar de mandarme otro"
_REFUSING = frozenset({Sense.REFUSE, Sense.REFUSE_WORD, Sense.SOFT_REFUSE})


def without_idioms(heard: Heard) -> Heard:
    """The reply, where what is only a turn of phrase says nothing: "it's no bother at all"."""
    words, spared = lexicon_of(heard.language).refusal, lexicon_of(heard.language).spared
    if not names([token.text for token in heard.tokens], spared.idioms):
        return heard
    idle = {
        at
        for phrase in spared.idioms
        for start in _places([token.text for token in heard.tokens], phrase.split())
        for at in range(start, start + len(phrase.split()))
        if not _goes_on(heard.tokens, start, start + len(phrase.split()), words)
        and not _is_within(heard, start, start + len(phrase.split()))
    }
    if not idle:
        return heard
    return replace(
        heard,
        tokens=tuple(one._replace(text="") if at in idle else one for at, one in enumerate(heard.tokens)),
        marks=tuple(
            mark
            for mark in heard.marks
            if not (mark.sense in _REFUSING and idle & set(range(mark.start, mark.end)))
        ),
    )


def _is_within(heard: Heard, start: int, end: int) -> bool:
    """Whether the words are but a piece of a refusal: "is there a way to stop" is no "non stop"."""
    return any(
        mark.sense in _REFUSING
        and mark.start <= start
        and end <= mark.end
        and mark.end - mark.start > end - start
        for mark in heard.marks
    )


def was_mistaken(said: Sequence[str], spared: SparedWords) -> bool:
    """Whether somebody refused and did not mean to: "my son blocked you by accident"."""
    return names(said, spared.mistakes) and names(said, spared.refused_once)


def taken_back(parts: Sequence[tuple[int, list[str]]], language: str) -> Iterator[int]:
    """The parts that somebody takes back: "I told the lady to stop calling. Ignore that."

    What is said now, and was not told before, is none: "Stop texting me. Ignore that."
    """
    spared, buts = lexicon_of(language).spared, lexicon_of(language).buts
    for index, (part, said) in enumerate(parts):
        opened = list(dropwhile(lambda one: one in _OPENING, said))
        begins = any(f"{' '.join(opened)} ".startswith(one[1:]) for one in spared.taking_back)
        if begins and not buts & set(opened):
            yield part
            yield from (before for before, told in parts[:index] if spared.told & set(told))


def _goes_on(tokens: Sequence[Token], start: int, end: int, words: RefusalWords) -> bool:
    """Whether it is no idiom: "me deixa quieto", "no bother me"."""
    part = tokens[start].part
    before = {one.text for one in tokens[max(start - 1, 0) : start] if one.part == part}
    after = {one.text for one in tokens[end : end + 1] if one.part == part}
    return bool((before | after) & words.persons or after & _NEVER_AFTER)


def _places(texts: Sequence[str], phrase: Sequence[str]) -> Iterator[int]:
    yield from (at for at in range(len(texts)) if texts[at : at + len(phrase)] == phrase)
