"""Which of several appointments a part of a reply names: by number, time, day, name or service."""

from collections.abc import Sequence
from datetime import datetime

from shared.domain.replies.clock_words import fits
from shared.domain.replies.heard import Heard
from shared.domain.replies.lexicon import lexicon_of
from shared.domain.replies.open_questions import Target
from shared.domain.replies.sense import Mark, Sense
from shared.domain.replies.words import words_of

_CLOCK = (Sense.TIME, Sense.DAY, Sense.OTHER)
_SHORTEST = 3  # letters of a word that tells questions apart
_COMMON = frozenset({
    "and", "avec", "com", "con", "das", "des", "dos", "dr", "dra", "las", "les", "los", "mr", "mrs",
    "para", "pour", "the",
})  # fmt: skip
_BEING = frozenset({
    "a", "am", "called", "el", "es", "l", "la", "llamo", "me", "named", "o", "sou", "soy", "the",
})  # fmt: skip
_AM = frozenset({"am", "es", "is", "sou", "soy", "suis"})
_NOT_BEING = _BEING | _AM | frozenset({
    "eu", "i", "is", "it", "je", "n", "nao", "ne", "no", "not", "pas", "this", "yo",
})  # fmt: skip
_THE_OTHER = frozenset(
    {"other", "other one", "the other", "the other one", "otra", "otro", "autre", "outra", "outro"}
)
Names = Sequence[frozenset[int] | None]  # of each part
_HERE = frozenset({"here", "aqui", "aca", "ici"})
HOW_MANY = {
    **dict.fromkeys(("both", "two", "ambos", "ambas", "dos", "deux", "dois", "duas"), 2),
    **dict.fromkeys(("three", "tres", "trois"), 3),
    **dict.fromkeys(("four", "cuatro", "quatre", "quatro"), 4),
}
_DAYS_OR_PLACES = {"segunda": 2, "terca": 3, "quarta": 4, "quinta": 5}  # "a segunda": Monday, or the second


def own_words_of(targets: Sequence[Target]) -> list[frozenset[str]]:
    """For each target the words of its name, service and text that none of the others has."""
    words = [_words(target) for target in targets]
    return [
        frozenset(one - set().union(*(other for n, other in enumerate(words) if n != index)))
        for index, one in enumerate(words)
    ]


def denies_name(heard: Heard, targets: Sequence[Target]) -> bool:
    """Whether somebody says not to be the person who is asked: "this isn't Ana", "no soy Ana"."""
    if len({target.appointment.name for target in targets}) != 1:
        return False
    name = set(words_of(targets[0].appointment.name))
    denials = lexicon_of(heard.language).refusal.denials
    for at, token in enumerate(heard.tokens):
        after = [one.text for one in heard.tokens[at + 1 :] if one.part == token.part]
        is_last = not set(after) - _HERE
        if token.text not in name or not is_last:
            continue
        before = [one.text for one in heard.tokens[:at] if one.part == token.part]
        while before and before[-1] in _BEING | name:
            before.pop()
        if before and before[-1] in denials:
            return True
    return False


def denies_being(heard: Heard, text: str) -> bool:
    """Whether a part says not to be somebody with a name: "I'm not Ana" where no name was asked for."""
    lexicon = lexicon_of(heard.language)
    capitals = {word for one in text.split() if one[:1].isupper() for word in words_of(one)}
    for part in dict.fromkeys(mark.part for mark in heard.marks):
        here = [mark for mark in heard.marks if mark.part == part and mark.sense is not Sense.GREETING]
        said = [word for mark in here for word in mark.text.split()]
        is_name = bool(here) and here[-1].sense is Sense.WORD and said[-1] in capitals - lexicon.vocabulary
        beside = set(said[:-1])
        if is_name and beside & _AM and beside & lexicon.refusal.denials and beside <= _NOT_BEING:
            return True
    return False


def _words(target: Target) -> set[str]:
    appointment, question = target.appointment, target.question
    is_one = len(question.appointments) == 1
    told = f"{appointment.name} {appointment.service} {question.text if is_one else ''}"
    return {word for word in words_of(told) if len(word) >= _SHORTEST and not word.isdecimal()} - _COMMON


class References:
    """What names one of several targets in a reply."""

    def __init__(self, targets: Sequence[Target], written_at: datetime) -> None:
        """`targets` in the order in which they are numbered, if they are."""
        self._targets = targets
        self._written_at = written_at
        self._words = own_words_of(targets)
        self.is_numbered = len({target.question.id for target in targets}) == 1

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self._targets)

    def names(self, marks: Sequence[Mark]) -> list[frozenset[int] | None]:
        """What each part names; "the other" is that of two which is not named: "Ana no, the other yes"."""
        named = [self.named(mark) for mark in marks]
        said = {one for one in named if one is not None}
        rest = frozenset({0, 1}) - next(iter(said), frozenset())
        if self.count != 2 or len(said) != 1 or len(rest) != 1:
            return named
        return [
            rest if name is None and mark.text in _THE_OTHER else name
            for mark, name in zip(marks, named, strict=True)
        ]

    def named(self, mark: Mark) -> frozenset[int] | None:
        """The targets that the part names, an empty set if another; None if it names nothing."""
        if mark.sense in (Sense.BOTH, Sense.NEITHER):
            counts = {HOW_MANY[word] for word in mark.text.split() if word in HOW_MANY}
            return frozenset(range(len(self._targets)) if counts <= {len(self._targets)} else ())
        if mark.sense in (Sense.NUMBER, Sense.ORDINAL):
            return self._numbered(mark)
        if mark.sense in _CLOCK:
            found = [
                n for n, one in enumerate(self._targets) if fits(mark, one.appointment, self._written_at)
            ]
            if not found and self.is_numbered and mark.text in _DAYS_OR_PLACES:
                return self._numbered(mark._replace(value=_DAYS_OR_PLACES[mark.text]))
            return frozenset(found)
        if mark.sense in (Sense.WORD, Sense.COMMON, Sense.GREETING, Sense.ORDINAL):
            found = [n for n, words in enumerate(self._words) if set(mark.text.split()) & words]
            return frozenset(found) or None
        return None

    def _numbered(self, mark: Mark) -> frozenset[int] | None:
        if not self.is_numbered:
            return None
        found = [n for n, one in enumerate(self._targets) if one.number == mark.value]
        hour = mark._replace(sense=Sense.TIME, value=str(mark.value))
        return frozenset(found) or self.named(hour) or self._on_day(mark.value)

    def _on_day(self, number: object) -> frozenset[int]:
        """ "Le 3" is a day of the month where no place and no hour has that number."""
        days = [one.appointment.at and one.appointment.at.day for one in self._targets]
        return frozenset(n for n, day in enumerate(days) if day == number)
