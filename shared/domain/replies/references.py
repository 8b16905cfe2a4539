"""Which of several appointments a part of a reply names: by number, time, day, name or service."""

from collections.abc import Sequence
from datetime import datetime

from shared.domain.replies.clock_words import MOST_OPTIONS, fits
from shared.domain.replies.heard import Heard
from shared.domain.replies.lexicon import lexicon_of
from shared.domain.replies.matter import CLOCK
from shared.domain.replies.open_questions import Target
from shared.domain.replies.sense import Mark, Sense
from shared.domain.replies.spelling import is_slip
from shared.domain.replies.which import ANY_COUNT, COUNTS, FIRST, MIDDLE, OTHERS, RANGE
from shared.domain.replies.words import words_of

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
Names = Sequence[frozenset[int] | None]  # of each part
_THEIRS = frozenset(
    {"hers", "his", "theirs", "suyas", "suyos", "siens", "siennes", "dela", "dele", "deles", "delas"}
)
_DAYS = frozenset({"dia", "jour"})
_WITH_MIDDLE = 3
_HERE = frozenset({"here", "aqui", "aca", "ici"})
HOW_MANY = {**COUNTS, **dict.fromkeys(("both", "ambos", "ambas"), 2)}
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


def _is_of_others(mark: Mark) -> bool:
    return mark.sense is Sense.WHICH and str(mark.value).startswith(OTHERS)


def _count_of(mark: Mark) -> int:
    return int(str(mark.value).partition("/")[2])


def _is_date(mark: Mark) -> bool:
    return mark.sense is Sense.DAY and isinstance(mark.value, tuple) and mark.value[0] == "date"


def _is_short_for(word: str, name: str) -> bool:
    """ "Sofi" and "Soffia" for "Sofia"."""
    is_long = len(word) >= _SHORTEST and len(name) > _SHORTEST
    return is_long and (name.startswith(word) or is_slip(word, name))


class References:
    """What names one of several targets in a reply."""

    def __init__(self, targets: Sequence[Target], written_at: datetime) -> None:
        """`targets` in the order in which they are numbered, if they are."""
        self._targets = targets
        self._written_at = written_at
        self._words = own_words_of(targets)
        self._people = [{*words_of(one.appointment.name)} - _COMMON for one in targets]
        self._all_words = {
            word for one in targets for word in words_of(f"{one.appointment.name} {one.appointment.service}")
        }
        self.is_numbered = len({target.question.id for target in targets}) == 1

    @property
    def targets(self) -> Sequence[Target]:
        """All of them, in the order in which they are numbered, if they are."""
        return self._targets

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self._targets)

    def is_person(self, mark: Mark) -> bool:
        """Whether the word is of the name of somebody who was asked about."""
        return any(set(mark.text.split()) & words for words in self._people)

    def is_of_some(self, mark: Mark) -> bool:
        """Whether the word stands in what several are called, and so tells none apart."""
        return self.named(mark) is None and mark.text in self._all_words

    def names(self, marks: Sequence[Mark]) -> list[frozenset[int] | None]:
        """What each part names, with what stands beside it: "Ana no, the other yes"."""
        named = [
            self._beside(
                mark, self.named(mark), [one for one in marks if one.part == mark.part and one is not mark]
            )
            for mark in marks
        ]
        said = frozenset().union(*(name or () for name in named))
        rest = frozenset(range(self.count)) - said
        return [
            self._others(mark, marks, rest if said else frozenset()) if _is_of_others(mark) else name
            for mark, name in zip(marks, named, strict=True)
        ]

    def _others(self, mark: Mark, marks: Sequence[Mark], rest: frozenset[int]) -> frozenset[int] | None:
        if not rest and any(one.sense is Sense.BOTH for one in marks):
            return None  # "both, mine and Ben's"
        return rest if _count_of(mark) in (ANY_COUNT, len(rest)) else frozenset()

    def _beside(
        self, mark: Mark, name: frozenset[int] | None, others: Sequence[Mark]
    ) -> frozenset[int] | None:
        """What the part names, narrowed or widened by others beside it."""
        if mark.sense in (Sense.BOTH, Sense.NEITHER):
            return self._of_a_name(mark, others) or name
        if mark.sense is Sense.ORDINAL and any(_is_date(one) for one in others) and mark.text[:1].isdecimal():
            return self._on_day(mark.value)  # "the 2nd and the 4th of December"
        is_all = any(one.sense in (Sense.BOTH, Sense.NEITHER) for one in others)
        if name and mark.sense in CLOCK and not is_all and self._may_be_one(mark, name):
            narrower = [other & name for one in others if (other := self.named(one)) and other & name < name]
            return name if narrower else frozenset()
        is_large = isinstance(mark.value, int) and mark.value > MOST_OPTIONS  # "Friday 2" may answer
        is_of_day = is_large and any(one.sense is Sense.DAY and one.end <= mark.start for one in others)
        is_of_day = is_of_day or any(one.end == mark.start and one.text in _DAYS for one in others)
        if not name and is_of_day and mark.sense in (Sense.NUMBER, Sense.ORDINAL):
            return self._on_day(mark.value)  # "sexta dia 11"
        return name

    def _of_a_name(self, mark: Mark, others: Sequence[Mark]) -> frozenset[int] | None:
        """ "Neither of hers": those of the one that is named in the same part."""
        names = [self.named(one) for one in others if one.sense in (Sense.WORD, Sense.COMMON, Sense.DAY)]
        several = {one for one in names if one and 1 < len(one) < self.count}
        counts = {HOW_MANY[word] for word in mark.text.split() if word in HOW_MANY}
        if len(several) != 1 or not counts <= {len(next(iter(several)))}:
            return None
        is_theirs = counts or mark.sense is Sense.NEITHER or any(one.text in _THEIRS for one in others)
        return next(iter(several)) if is_theirs else None

    def _may_be_one(self, mark: Mark, name: frozenset[int]) -> bool:
        """Whether only one of those may be meant: "Monday" where they are on two Mondays, "the morning"."""
        days = {at.date() for n in name if (at := self._targets[n].appointment.at)}
        return len(name) > 1 and (mark.sense is Sense.OTHER or (mark.sense is Sense.DAY and len(days) > 1))

    def named(self, mark: Mark) -> frozenset[int] | None:
        """The targets that the part names, an empty set if another; None if it names nothing."""
        if mark.sense in (Sense.BOTH, Sense.NEITHER):
            counts = {HOW_MANY[word] for word in mark.text.split() if word in HOW_MANY}
            return frozenset(range(len(self._targets)) if counts <= {len(self._targets)} else ())
        if mark.sense is Sense.WHICH:
            return self._pointed(mark)
        if mark.sense in (Sense.NUMBER, Sense.ORDINAL):
            return self._numbered(mark)
        if mark.sense in CLOCK:
            found = self._fitting(mark)
            return found or self._at_place(_DAYS_OR_PLACES.get(mark.text) if self.is_numbered else None)
        if mark.sense in (Sense.WORD, Sense.COMMON, Sense.GREETING, Sense.ORDINAL):
            said = set(mark.text.split())
            own = [n for n, words in enumerate(self._words) if said & words]
            of_person = [n for n, words in enumerate(self._people) if said & words]
            if not own and not of_person and mark.sense is Sense.WORD:
                of_person = [
                    n
                    for n, words in enumerate(self._people)
                    if any(_is_short_for(mark.text, w) for w in words)
                ]
            return frozenset(own) or (frozenset(of_person) if len(of_person) < self.count else None) or None
        return None

    def _fitting(self, mark: Mark) -> frozenset[int]:
        return frozenset(n for n, one in enumerate(self._targets) if self._fits(mark, one))

    def _fits(self, mark: Mark, target: Target) -> bool:
        at, value = target.appointment.at, mark.value
        if at and mark.sense is Sense.DAY and isinstance(value, tuple) and value[0] == "weekday":
            return bool(at.weekday() == value[1])  # in whichever week: those that were asked are few
        return bool(fits(mark, target.appointment, self._written_at))

    def _pointed(self, mark: Mark) -> frozenset[int]:
        """Those of a phrase such as "the last two", in the order of their numbers, or else of their times."""
        kind, _, said = str(mark.value).partition("/")
        order = sorted(range(self.count), key=self._place)
        if kind == RANGE:
            first, last = map(int, said.split("-"))
            return (
                frozenset(order[first - 1 : last]) if last <= self.count and self.is_numbered else frozenset()
            )
        count = int(said)
        if kind == MIDDLE:
            return frozenset(order[1:2]) if self.count == _WITH_MIDDLE else frozenset()
        if kind == OTHERS or count > self.count:
            return frozenset()
        return frozenset(order[:count] if kind == FIRST else order[-count:])

    def _place(self, index: int) -> tuple[int, float]:
        target = self._targets[index]
        at = target.appointment.at
        return target.number if self.is_numbered else 0, at.timestamp() if at else 0.0

    def _numbered(self, mark: Mark) -> frozenset[int] | None:
        if not self.is_numbered:
            is_of_month = mark.sense is Sense.ORDINAL and mark.text[:1].isdecimal()
            return self._on_day(mark.value) or None if is_of_month else None
        hour = mark._replace(sense=Sense.TIME, value=str(mark.value))
        return self._at_place(mark.value) or self._fitting(hour) or self._on_day(mark.value)

    def _at_place(self, number: object) -> frozenset[int]:
        return frozenset(n for n, one in enumerate(self._targets) if one.number == number)

    def _on_day(self, number: object) -> frozenset[int]:
        """ "Le 3" is a day of the month where no place and no hour has that number."""
        days = [one.appointment.at and one.appointment.at.day for one in self._targets]
        return frozenset(n for n, day in enumerate(days) if day == number)
