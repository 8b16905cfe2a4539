"""Refusals that name no act of writing or ending: a threat, the way out of a list, a mangled word.

And what sounds like a refusal, and ends something else.
"""

from collections.abc import Collection, Iterator, Sequence
from itertools import dropwhile, pairwise

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
_PROCESSING = frozenset({"traitement", "tratamento", "tratamiento"})
_IT = frozenset({"it", "this"})
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


def without_things(heard: Heard) -> Heard:
    """The reply without the parts that speak of a treatment, a medicine or a bill, and of no messages."""
    words = lexicon_of(heard.language).refusal
    return _without(heard, {part for part, said in _parts(heard.tokens) if _is_of_a_thing(said, words)})


def without_places(heard: Heard) -> Heard:
    """The reply without the parts that end writing at one place or time only: "stop calling me at work".

    So without those on what the person is to end ("should I stop eating?", "I had to pull over and stop"),
    is not to be called, or lacks ("no saldo para llamar").
    """
    words = lexicon_of(heard.language).refusal
    other = (
        part
        for part, said in _parts(heard.tokens)
        if _ends_elsewhere(said, words) or _is_of_own_doing(said, words) or _lacks_means(said, words)
    )
    named = {mark.part for mark in heard.marks if mark.sense is Sense.NAMING}
    return _without(heard, named | set(other))


def parts_of(heard: Heard) -> Iterator[Heard]:
    """Each part of the reply by itself."""
    parts = {token.part for token in heard.tokens}
    yield from (_without(heard, parts - {part}) for part in sorted(parts))


def _without(heard: Heard, other: Collection[int]) -> Heard:
    if not other:
        return heard
    kept = [at for at, token in enumerate(heard.tokens) if token.part not in other]
    place = {at: new for new, at in enumerate(kept)}
    return Heard(
        tokens=tuple(heard.tokens[at] for at in kept),
        marks=tuple(
            mark._replace(start=place[mark.start], end=place[mark.start] + mark.end - mark.start)
            for mark in heard.marks
            if mark.part not in other
        ),
        language=heard.language,
    )


def _ends_elsewhere(said: Sequence[str], words: RefusalWords) -> bool:
    """Whether a verb of ending, one of writing and a place follow each other, and nothing is added to it."""
    ends = [at for at, word in enumerate(said) if word in words.ending | words.halting]
    if len(ends) != 1 or not words.contacting & set(said[ends[0] + 1 : ends[0] + 1 + _FEW]):
        return False
    after = said[ends[0] + 1 :]
    return _names(after, words.elsewhere) and not words.adding & set(after)


def _parts(tokens: Sequence[Token]) -> Iterator[tuple[int, list[str]]]:
    for part in dict.fromkeys(token.part for token in tokens):
        yield part, [token.text for token in tokens if token.part == part]


def _texts(tokens: Sequence[Token]) -> Iterator[list[str]]:
    yield from (said for _, said in _parts(tokens))


def _is_of_a_thing(said: Sequence[str], words: RefusalWords) -> bool:
    """ "Get me off these pills" is about them; "I quit smoking, leave me" may be about us."""
    told = set(said)
    if _names(said, words.queues):
        return True
    if told & _PROCESSING and told & words.addresses:  # "no autorizo el tratamiento de mis datos"
        return False
    if _is_sore(told, words) and _names(said, words.things):
        return True
    if _has_any(told, words.messages, words.contacting, words.many) or not _names(said, words.things):
        return False
    removing = (words.from_where, words.removing, words.taking_off, words.ending)
    off = [at for at, word in enumerate(said) if _has_any({word}, *removing)]
    return not told & words.persons or any(_names(said[at + 1 : at + 3], words.things) for at in off)


def _lacks_means(said: Sequence[str], words: RefusalWords) -> bool:
    """Whether what writing takes is lacking: "I have no minutes to call"."""
    for at, word in enumerate(said):
        if word in words.denials:
            behind = dropwhile(lambda one: one in words.having, said[at + 1 :])
            if next(behind, "") in words.means:
                return True
    return False


def _is_of_own_doing(said: Sequence[str], words: RefusalWords) -> bool:
    """Whether it speaks of what the person may have to end, and of no messages."""
    theirs = (words.messages, words.contacting, words.getting, words.deictic, words.lists, _IT)
    return _names(said, words.own_doing) and not _has_any(set(said) - words.own - words.able, *theirs)


def _is_sore(told: Collection[str], words: RefusalWords) -> bool:
    """Whether something annoys, and nobody is told to end it: "la muela me sigue molestando"."""
    ended = (words.ending, words.halting, words.denials, words.yous, words.messages)
    return _has_any(told, words.annoying) and not _has_any(set(told) - words.annoying, *ended)


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
