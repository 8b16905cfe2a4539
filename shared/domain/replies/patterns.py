"""Phrases of a language file as patterns, and where they are found in the words of a reply.

    stop {texting} (me|us)?     one of the words of the class "texting", then "me" or "us" or nothing
    take ~ off                  up to three words of any kind between

A phrase never reaches across a sign such as a comma: "no, cancel it" does not say "no cancel".
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import product
from typing import NamedTuple

from shared.domain.replies.sense import Sense
from shared.domain.replies.words import Token

GAP = 3
_PIECE = re.compile(r"\{(\w+)\}(\??)|\(([^)]*)\)(\??)|(~)|(\S+)")


class Element(NamedTuple):
    """One place of a phrase: any of `words`; none of them for a gap."""

    words: frozenset[str]
    is_optional: bool = False


class Pattern(NamedTuple):
    """A phrase and what it means. `second`: one of these words must come second; empty where any may."""

    sense: Sense
    elements: tuple[Element, ...]
    second: frozenset[str]


def patterns_of(phrases: Mapping[Sense, str], classes: Mapping[str, str]) -> Iterator[Pattern]:
    """The patterns of a language file: by sense, phrases parted by ";" or line ends."""
    for sense, text in phrases.items():
        for phrase in re.split(r"[;\n]", text):
            if phrase.strip():
                yield from (Pattern(sense, one, _second_words(one)) for one in _expanded(phrase, classes))


def _expanded(phrase: str, classes: Mapping[str, str]) -> Iterator[tuple[Element, ...]]:
    """The phrase's elements, once for each alternative of several words it has."""
    places: list[list[tuple[Element, ...]]] = []
    for name, name_optional, group, group_optional, gap, word in _PIECE.findall(phrase):
        if gap:
            places.append([(Element(frozenset()),)])
            continue
        if word:
            places.append([(Element(frozenset({word})),)])
            continue
        choices = (classes[name] if name else group).split("|")
        is_optional = bool(name_optional or group_optional)
        single = frozenset(one for one in choices if " " not in one.strip() and one.strip())
        several = [
            tuple(Element(frozenset({w})) for w in one.split()) for one in choices if " " in one.strip()
        ]
        alone = [(Element(single, is_optional),)] if single else [()] if is_optional else []
        places.append(alone + several)
    for parts in product(*places):
        yield tuple(element for part in parts for element in part)


def index_of(patterns: Iterator[Pattern]) -> dict[str, list[Pattern]]:
    """Patterns by the words they can begin with."""
    index: dict[str, list[Pattern]] = {}
    for pattern in patterns:
        for word in _first_words(pattern.elements):
            index.setdefault(word, []).append(pattern)
    return index


def _second_words(elements: tuple[Element, ...]) -> frozenset[str]:
    """The words one of which must come second; none where any may, or where none need follow."""
    words: set[str] = set()
    for at, element in enumerate(elements):
        following = _following(elements[at + 1 :])
        if not following:
            return frozenset()
        words |= following
        if not element.is_optional:
            break
    return frozenset(words)


def _following(elements: tuple[Element, ...]) -> set[str]:
    words: set[str] = set()
    for element in elements:
        if not element.words:
            return set()
        words |= element.words
        if not element.is_optional:
            return words
    return set()


def _first_words(elements: tuple[Element, ...]) -> set[str]:
    words: set[str] = set()
    for element in elements:
        words |= element.words
        if not element.is_optional:
            break
    return words


def end_of(
    elements: tuple[Element, ...],
    tokens: Sequence[Token],
    at: int,
    skips: frozenset[str],
    kept: Collection[str] = (),
) -> int:
    """Where a phrase that begins at token `at` ends; 0 when it does not stand there.

    Words of `skips` ("please") may stand inside. No gap takes in numbers, times, or words of `kept`.
    """
    part = tokens[at].part

    def match(place: int, position: int) -> int:
        if place == len(elements):
            return position
        element = elements[place]
        if not element.words:
            return max(match(place + 1, position + more) for more in range(widest(position) + 1))
        best = 0
        found = _reached(element.words, tokens, position, at, skips)
        if found is not None:
            best = match(place + 1, found + 1)
        if element.is_optional:
            best = max(best, match(place + 1, position))
        return best

    def widest(position: int) -> int:
        free = 0
        for token in tokens[position : position + GAP]:
            if token.part != part or token.kind != "word" or token.text in kept:
                break
            free += 1
        return free

    return match(0, at)


def _reached(
    words: frozenset[str], tokens: Sequence[Token], position: int, at: int, skips: frozenset[str]
) -> int | None:
    """Where one of the words stands from `position` on, `skips` before it; None where none does.

    So no phrase takes in what may be skipped behind its last word: "confirmo por ahora" is no "confirmo".
    """
    for place in range(position, len(tokens)):
        token = tokens[place]
        if token.part != tokens[at].part:
            return None
        if token.text in words:
            return place
        if token.text not in skips or place == at:
            return None
    return None
