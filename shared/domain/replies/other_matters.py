"""What sounds like a refusal of messages, and ends something else: "my doctor says stop all running"."""

from collections.abc import Collection, Iterator, Sequence
from itertools import dropwhile

from shared.domain.record import replace
from shared.domain.replies.heard import Heard
from shared.domain.replies.lexicon import lexicon_of
from shared.domain.replies.not_meant import taken_back, was_mistaken, without_idioms
from shared.domain.replies.refusal_words import RefusalWords, SparedWords, names
from shared.domain.replies.sense import Mark, Sense
from shared.domain.replies.words import Token

_PROCESSING = frozenset({"traitement", "tratamento", "tratamiento"})
_IT = frozenset({"it", "this"})
_NEAR = 4  # words in which the thing stands that is ended
_FEW = 3  # words of "erase it please"
_SHORT = 5  # and of a part that still speaks of the line of a bill
_TODAY = ("relative", 0)
_REFUSING = frozenset({Sense.REFUSE, Sense.REFUSE_WORD, Sense.SOFT_REFUSE})
_ALL = frozenset({"all", "everything", "todo", "toda", "todos", "tout", "toute", "tous", "tudo"})
_FOR_DAYS = frozenset({"for", "para", "pour", "pra"})
_PLAIN = frozenset({Sense.WORD, Sense.COMMON})
_CLOCK = (Sense.DAY, Sense.TIME)
_FUTURE = frozenset({"future", "futur", "futurs", "futures", "futuro", "futura", "futuros", "futuras"})
_DONE_TO_US = ("arme", "erme", "irme", "arnos", "ernos", "irnos")  # "avisarme": as one word in Spanish


def without_things(heard: Heard) -> Heard:
    """The reply without the parts that speak of a treatment, a medicine or a bill, and of no messages."""
    words, spared = lexicon_of(heard.language).refusal, lexicon_of(heard.language).spared
    of_things = {part for part, said in _parts(heard.tokens) if _is_of_a_thing(said, words, spared)}
    return _without(heard, of_things | set(_of_a_bill(list(_parts(heard.tokens)), words, spared)))


def without_places(heard: Heard) -> Heard:
    """The reply without the parts that end writing at one place or time only: "stop calling me at work".

    So without those on what the person or somebody else is to end ("should I stop eating?", "tell the boys to
    stop running"), who else is taken off a day, what was refused by mistake, or what the person lacks.
    """
    words, spared = lexicon_of(heard.language).refusal, lexicon_of(heard.language).spared
    heard = without_idioms(heard)
    other = (
        part
        for part, said in _parts(heard.tokens)
        if _ends_elsewhere(said, words)
        or _is_of_own_doing(said, words)
        or _is_what_another_ends(said, words, spared)
        or _lacks_means(said, words)
        or _takes_another_off(said, [mark for mark in heard.marks if mark.part == part], words, spared)
        or was_mistaken(said, spared)
    )
    named = {mark.part for mark in heard.marks if mark.sense is Sense.NAMING}
    return _without(heard, named | set(other) | set(taken_back(list(_parts(heard.tokens)), heard.language)))


def with_endings_joined(heard: Heard) -> Heard:
    """The reply, where what ends is no message: the verb and the next words are one, "quit smoking".

    So it is told apart from a verb that stands by itself, and denies or ends what was asked.
    """
    kept = {token.part for token in without_places(without_things(heard)).tokens}
    lifting = lexicon_of(heard.language).spared.lifting
    marks: list[Mark] = []
    for mark in heard.marks:
        before = marks[-1] if marks else None
        is_other = mark.part not in kept and mark.sense in _PLAIN
        if before and is_other and before.part == mark.part and _is_ending(before, lifting):
            text = f"{before.text} {mark.text}"
            marks[-1] = before._replace(sense=Sense.WORD, value=None, end=mark.end, text=text)
        else:
            marks.append(mark)
    return replace(heard, marks=tuple(marks))


def _is_ending(mark: Mark, lifting: frozenset[str]) -> bool:
    return mark.sense in _REFUSING and mark.text not in lifting


def lifts_another(heard: Heard) -> bool:
    """Whether a part takes somebody else, or a visit, off a day: nothing is confirmed by that."""
    words, spared = lexicon_of(heard.language).refusal, lexicon_of(heard.language).spared
    return any(
        _takes_another_off(said, [mark for mark in heard.marks if mark.part == part], words, spared)
        for part, said in _parts(heard.tokens)
    )


def parts_of(heard: Heard) -> Iterator[Heard]:
    """Each part of the reply by itself."""
    parts = {token.part for token in heard.tokens}
    yield from (_without(heard, parts - {part}) for part in sorted(parts))


def ends_a_thing(after: Sequence[str], language: str) -> bool:
    """Whether what stands behind a STOP is what it ends: "STOP aux frais cachés", not "bill paid STOP"."""
    words, spared = lexicon_of(language).refusal, lexicon_of(language).spared
    ours = (words.messages, words.many, words.contacting, words.persons, words.yous, words.belongings)
    return (
        not spared.billed & set(after) and names(after[:_NEAR], words.things) and not _has_any(after, *ours)
    )


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


def _parts(tokens: Sequence[Token]) -> Iterator[tuple[int, list[str]]]:
    for part in dict.fromkeys(token.part for token in tokens):
        yield part, [token.text for token in tokens if token.part == part]


def _ends_elsewhere(said: Sequence[str], words: RefusalWords) -> bool:
    """Whether a verb of ending, one of writing and a place follow each other, and nothing is added to it."""
    ends = [at for at, word in enumerate(said) if word in words.ending | words.halting]
    if len(ends) != 1 or not words.contacting & set(said[ends[0] + 1 : ends[0] + 1 + _FEW]):
        return False
    after = said[ends[0] + 1 :]
    return names(after, words.elsewhere) and not words.adding & set(after)


def _is_of_a_thing(said: Sequence[str], words: RefusalWords, spared: SparedWords) -> bool:
    """ "Get me off these pills" is about them; "I quit smoking, leave me" may be about us."""
    told = set(said)
    if told & _FUTURE:  # "hard pass on all future flu stuff"
        return False
    if names(said, words.queues):
        return not told & words.many
    if (told & spared.billed and told & words.commands) or (told & spared.offered and told & spared.yours):
        return False
    if told & _PROCESSING and told & words.addresses:  # "no autorizo el tratamiento de mis datos"
        return False
    if _is_sore(told, words) and names(said, words.things):
        return True
    if _has_any(told, words.messages, words.contacting, words.many) or not names(said, words.things):
        return False
    removing = (words.from_where, words.removing, words.taking_off, words.ending)
    off = [at for at, word in enumerate(said) if _has_any({word}, *removing)]
    return not told & words.persons or any(names(said[at + 1 : at + _NEAR], words.things) for at in off)


def _of_a_bill(
    parts: Sequence[tuple[int, list[str]]], words: RefusalWords, spared: SparedWords
) -> Iterator[int]:
    """The parts on the line of a bill: "what is this fee on my bill? I never asked for it, remove it"."""
    theirs = (words.contacting, words.messages, words.belongings, words.yous)
    is_before = False
    for part, said in parts:
        told = set(said) - spared.lines
        is_line = names(said, spared.bills) and len(told) < len(set(said))
        is_after = is_before and len(said) <= _SHORT and _has_any(told, words.removing, words.denials)
        is_own = is_after and _has_any(told, words.persons)
        if (
            (is_line or is_after)
            and not is_own
            and not _has_any(told, *theirs)
            and said[-1] not in words.repeating
        ):
            is_before = True
            yield part


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
    return names(said, words.own_doing) and not _has_any(set(said) - words.own - words.able, *theirs)


def _is_what_another_ends(said: Sequence[str], words: RefusalWords, spared: SparedWords) -> bool:
    """Whether what ends is somebody's own: "I want to quit smoking", "tell the boys to stop running".

    So is what somebody who heals orders: "my doctor says stop all running". What names us or a message, or
    nothing at all behind the verb, is a refusal.
    """
    theirs = (words.messages, words.many, words.contacting, words.getting)
    ours = (words.deictic, words.lists, words.addresses, _IT)
    ends = [at for at, word in enumerate(said) if word in spared.halting]
    if not ends or len(said) < ends[0] + 2 or _has_any(set(said) - words.own - words.able, *theirs):
        return False
    before = said[: ends[0]]
    after = [*(word for word in said[ends[0] + 1 : -1] if word not in _ALL), said[-1]]
    if _has_any(after, *ours) or set(after) <= words.fillers | words.trailing:
        return False
    if names(before, spared.allowing) and _is_done_to_us(after, words):
        return False
    if names(before, spared.telling):
        return True
    is_ordered = _has_any(before, spared.healers) and _has_any(before, spared.orders)
    is_own = is_ordered or names(before, spared.willing)
    return is_own and not _has_any(after, words.yous, spared.belonging)


def _is_done_to_us(after: Sequence[str], words: RefusalWords) -> bool:
    """ "You may stop letting me know", "ya pueden dejar de avisarme"."""
    return any(word in words.persons or word.endswith(_DONE_TO_US) for word in after)


def _takes_another_off(
    said: Sequence[str], marks: Sequence[Mark], words: RefusalWords, spared: SparedWords
) -> bool:
    """Whether somebody else, or a visit, is taken off a day: "take Ben off the list for Thursday"."""
    told = set(said)
    other = (
        words.persons,
        words.messages - words.lists,
        words.many,
        words.contacting,
        words.belongings,
        words.yous,
    )
    is_own = any(
        word.endswith(one) for word in told & spared.lifting for one in words.persons if len(one) > 1
    )
    is_dated = any(mark.sense in _CLOCK and mark.value != _TODAY for mark in marks)
    if not is_dated or is_own or _has_any(told, *other, spared.since, _IT):
        return False
    is_off = bool(told & (words.from_where | _FOR_DAYS))
    return is_off and bool(told & spared.lifting) and not told & words.denials


def _is_sore(told: Collection[str], words: RefusalWords) -> bool:
    """Whether something annoys, and nobody is told to end it: "la muela me sigue molestando"."""
    ended = (words.ending, words.halting, words.denials, words.yous, words.messages)
    return _has_any(told, words.annoying) and not _has_any(set(told) - words.annoying, *ended)


def _has_any(told: Collection[str], *kinds: frozenset[str]) -> bool:
    """Whether one of the few words is of a kind."""
    return any(not kind.isdisjoint(told) for kind in kinds)
