"""Refusals that name no act of writing or ending: a threat, the way out of a list, a mangled word."""

from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise

from shared.domain.replies.heard import Heard
from shared.domain.replies.lexicon import lexicon_of
from shared.domain.replies.refusal_words import RefusalWords
from shared.domain.replies.sense import Sense
from shared.domain.replies.words import Token

_ANSWERING = (
    Sense.WRONG_NUMBER, Sense.LATE, Sense.NOT_CANCEL, Sense.DOUBT, Sense.MOVE, Sense.CANCEL, Sense.CHOICE,
    Sense.COMING, Sense.YES, Sense.NUMBER, Sense.TIME, Sense.DAY, Sense.REASON, Sense.DANGER,
)  # fmt: skip
_SHORTEST = 5  # letters of a mangled word
_FEW = 3  # words of "erase it please"
_SHORT = 6  # and of "please take it off your list"
_VERBS_OF_BEING = frozenset({"is", "es", "est", "e", "was", "era", "etait"})


def refuses_rarely(heard: Heard) -> bool:
    """Whether any part of the reply refuses messages in one of these ways."""
    words = lexicon_of(heard.language).refusal
    return (
        any(_threatens(said, words) for said in _texts(heard.tokens))
        or any(_leaves(said, words) for said in _texts(heard.tokens))
        or _removes_what_was_named(list(_texts(heard.tokens)), words)
        or _denies_use(heard, words)
        or any(_is_mangled(token.text, words.mangled) for token in heard.tokens)
    )


def wants_it_gone(heard: Heard) -> bool:
    """Whether a part wants to be taken off, where another says that the number is wrong: "take it off"."""
    words = lexicon_of(heard.language).refusal
    gone = words.removing | words.taking_off | words.leaving
    wrong = {mark.part for mark in heard.marks if mark.sense is Sense.WRONG_NUMBER}
    other = words.denials | words.visits | (words.keeping - _VERBS_OF_BEING)
    return any(
        len(said) <= _SHORT and gone & set(said) and not other & set(said)
        for part, said in _parts(heard.tokens)
        if part not in wrong
    )


def _parts(tokens: Sequence[Token]) -> Iterator[tuple[int, list[str]]]:
    for part in dict.fromkeys(token.part for token in tokens):
        yield part, [token.text for token in tokens if token.part == part]


def _texts(tokens: Sequence[Token]) -> Iterator[list[str]]:
    yield from (said for _, said in _parts(tokens))


def _has_any(told: Collection[str], *kinds: frozenset[str]) -> bool:
    """Whether one of the few words is of a kind."""
    return any(not kind.isdisjoint(told) for kind in kinds)


def _names(said: Sequence[str], things: Collection[str]) -> bool:
    told = f" {' '.join(said)} "
    return any(one in told for one in things)


def _threatens(said: Sequence[str], words: RefusalWords) -> bool:
    """Whether more messages bring a lawyer or the police: "next text goes to my lawyer"."""
    if not _has_any(said, words.threats):
        return False
    again = [at for at, word in enumerate(said) if word in words.repeating]
    near = (said[max(at - 2, 0) : at + 4] for at in again)
    return any(_has_any(one, words.messages, words.contacting) for one in near)


def _leaves(said: Sequence[str], words: RefusalWords) -> bool:
    """Whether the person wants to leave a list or a group of those who are written to."""
    if words.visits & set(said) or words.denials & set(said):
        return False
    left = [at for at, word in enumerate(said) if word in words.leaving]
    return any(words.lists & set(said[at + 1 : at + 5]) for at in left)


def _removes_what_was_named(parts: Sequence[Sequence[str]], words: RefusalWords) -> bool:
    """Whether a part names one's number and the next removes it: "my number is private, erase it"."""
    for said, then in pairwise(parts):
        named = set(said)
        if not (named & words.owners and named & words.belongings) or named & words.keeping - _VERBS_OF_BEING:
            continue
        if len(then) <= _FEW and words.removing & set(then) and not words.denials & set(then):
            return True
    return False


def _denies_use(heard: Heard, words: RefusalWords) -> bool:
    """Whether something is denied of one's number, and no answer given: "my phone is not your billboard"."""
    if heard.has(*_ANSWERING) or any(mark.asks for mark in heard.marks):
        return False
    other = words.failing | words.welcome | words.received | (words.keeping - _VERBS_OF_BEING)
    for clause in dict.fromkeys(token.clause for token in heard.tokens):
        said = [token.text for token in heard.tokens if token.clause == clause]
        is_own = any(one in words.owners and next_ in words.belongings for one, next_ in pairwise(said))
        if is_own and words.denials & set(said) and not other & set(said):
            return True
    return False


def _is_mangled(word: str, beginnings: Collection[str]) -> bool:
    return len(word) >= _SHORTEST and word.startswith(tuple(beginnings))
