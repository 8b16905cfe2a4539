"""What a reply says of one appointment: an answer, or why a person must read it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.domain.campaigns.reply_option import Disposition, ReplyOption
from shared.domain.replies.asked import Appointment
from shared.domain.replies.clock_words import fits
from shared.domain.replies.sense import Mark, Sense

CONFIRMED, CANCELED, MOVED = Disposition.CONFIRMED, Disposition.CANCELED, Disposition.RESCHEDULE_ASKED
NOT_OFFERED = "Not one of the offered answers."
ASKS = "It asks something."
DOUBTFUL = "It is not sure."
CONDITION = "It names a condition."
OTHER_TIME = "It names another day or time."
CONTRADICTION = "It says two things."
NEGATED = "It denies something."
NOT_ONLY = "More than an answer stands there."

_VOTES = {
    Sense.YES: CONFIRMED,
    Sense.OKAY: CONFIRMED,
    Sense.COMING: CONFIRMED,
    Sense.NO: CANCELED,
    Sense.CANCEL: CANCELED,
    Sense.CANCEL_VERB: CANCELED,
    Sense.MOVE: MOVED,
}
_SILENT = frozenset({Sense.GREETING, Sense.COMMON, Sense.OPTION, Sense.UNIT})
_CLOCK = (Sense.TIME, Sense.DAY, Sense.OTHER)
_MOST_BEFORE = 2  # words before a yes: a name
_MOST_WORDS = 25  # beside an answer; who writes more has more to say


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """The answer, or the `reason` why there is none. `leaning` is what it sounds like."""

    disposition: Disposition | None = None
    leaning: Disposition | None = None
    has_note: bool = False
    asks: bool = False
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Matter:
    """The one appointment a part of a reply is about, and what may be answered."""

    options: tuple[ReplyOption, ...]
    appointment: Appointment
    written_at: datetime

    def offers(self, disposition: Disposition) -> bool:
        """Whether one of the options means it."""
        return any(option.disposition is disposition for option in self.options)

    def numbered(self, number: object) -> Disposition | None:
        """What the digit means among the options."""
        return next(
            (one.disposition for one in self.options if str(number) in (w.strip() for w in one.words)), None
        )

    def has_word(self, disposition: Disposition, words: frozenset[str]) -> bool:
        """Whether one of these words is offered for it."""
        return any(
            word.strip().casefold() in words
            for option in self.options
            if option.disposition is disposition
            for word in option.words
        )


_NO_WORDS = frozenset({"n", "no", "non", "nao", "não", "nop"})


def verdict(marks: Sequence[Mark], matter: Matter) -> Verdict:
    """What the parts say of the matter."""
    marks = _corrected(marks, matter)
    votes = [(mark, vote) for mark in marks if (vote := _vote(mark, marks, matter)) is not None]
    votes += [(mark, MOVED) for mark in _wishes(marks, votes, matter)]
    named = {vote for _, vote in votes}
    if not votes:
        return Verdict(reason=_why_none(marks))
    leaning = next(iter(named)) if len(named) == 1 else None
    reason = _objection(marks, votes, matter)
    decided = None if reason else _decided(marks, votes, named, matter)
    if decided is None:
        return Verdict(leaning=leaning, reason=reason or CONTRADICTION)
    if not matter.offers(decided):
        return Verdict(leaning=decided, reason=NOT_OFFERED)
    voting = {id(mark) for mark, _ in votes}
    beside = [m for m in marks if id(m) not in voting and m.sense is Sense.WORD]
    asks = any(mark.sense is Sense.HARMLESS or mark.asks for mark in marks if id(mark) not in voting)
    return Verdict(disposition=decided, has_note=bool(beside) or asks, asks=asks and decided is not MOVED)


def _vote(mark: Mark, marks: Sequence[Mark], matter: Matter) -> Disposition | None:
    if mark.sense is Sense.CHOICE:
        said = mark.value if isinstance(mark.value, Disposition) else None
        return said if len(mark.text) > 1 or _is_alone(mark, marks) else None
    if mark.sense in (Sense.NUMBER, Sense.ORDINAL):
        return None if _counts(mark, marks) else matter.numbered(mark.value)
    if mark.sense is Sense.COMING and _is_late(mark, marks):
        return None
    return _VOTES.get(mark.sense)


def _is_late(mark: Mark, marks: Sequence[Mark]) -> bool:
    """ "I'll be late" says when, and not that the visit stands."""
    following = [one for one in marks if one.start >= mark.end and one.part == mark.part]
    weighs = [one.sense for one in following if one.sense not in (*_SILENT, Sense.WORD, Sense.NUMBER)]
    return weighs[:1] == [Sense.LATE]


_IFS = frozenset(
    {"if", "unless", "si", "se", "a menos que", "a moins", "sauf", "until", "siempre que", "caso"}
)
_WISHING = frozenset({
    "can", "could", "may", "do", "puedo", "puede", "pueden", "podria", "podrian", "podemos", "tienen",
    "tiene", "hay", "puis", "peut", "avez", "pouvez", "pourriez", "auriez", "posso", "pode", "podem",
    "poderia", "tem", "tens",
})  # fmt: skip


def _wishes(marks: Sequence[Mark], votes: Sequence[tuple[Mark, Disposition]], matter: Matter) -> list[Mark]:
    """Other times that are asked for: "can I come at 3?"."""
    if any(vote is CONFIRMED for _, vote in votes):
        return []
    asking = {mark.clause for mark in marks if mark.asks and set(mark.text.split()[:1]) & _WISHING}
    times = (mark for mark in marks if mark.sense in (Sense.TIME, Sense.DAY) and mark.clause in asking)
    return [mark for mark in times if fits(mark, matter.appointment, matter.written_at) is False]


def _counts(mark: Mark, marks: Sequence[Mark]) -> bool:
    """Whether the number counts what follows it: "1 child"."""
    following = next((one for one in marks if one.start == mark.end), None)
    return following is not None and following.sense is Sense.WORD and following.clause == mark.clause


def _is_alone(mark: Mark, marks: Sequence[Mark]) -> bool:
    """Whether nothing but polite words, and words that answer, stand in the code's clause."""
    beside = {one.sense for one in marks if one.clause == mark.clause and one is not mark}
    return beside <= _SILENT | set(_VOTES) | {Sense.NUMBER, Sense.CHOICE, Sense.ORDINAL}


def _corrected(marks: Sequence[Mark], matter: Matter) -> Sequence[Mark]:
    """What stands behind the last correction, where that is an answer by itself: "1 no wait 2"."""
    for index in range(len(marks) - 1, 0, -1):
        if marks[index].sense is not Sense.CORRECTION:
            continue
        after, before = marks[index + 1 :], marks[:index]
        is_answer = any(_vote(mark, after, matter) is not None for mark in after)
        if is_answer and any(_vote(mark, before, matter) is not None for mark in before):
            return after
    return marks


def _why_none(marks: Sequence[Mark]) -> str:
    if any(mark.asks or mark.sense in (Sense.HARMLESS, Sense.ASKING) for mark in marks):
        return ASKS
    if any(mark.sense is Sense.DOUBT for mark in marks):
        return DOUBTFUL
    if any(mark.sense in _CLOCK for mark in marks):
        return OTHER_TIME
    return NOT_OFFERED


def _objection(marks: Sequence[Mark], votes: Sequence[tuple[Mark, Disposition]], matter: Matter) -> str:
    """Why no answer may be taken, whatever it says; empty when there is no reason."""
    named = {vote for _, vote in votes}
    senses = {mark.sense for mark in marks}
    if Sense.DOUBT in senses and not _is_settled(marks, named):
        return DOUBTFUL
    if Sense.REASON in senses and CONFIRMED in named:
        return DOUBTFUL
    if _has_negation(marks, named):
        return NEGATED
    if _has_condition(marks, named):
        return CONDITION
    is_plain_move = MOVED in named and CONFIRMED not in named
    if _names_another_time(marks, matter) and not is_plain_move:
        return OTHER_TIME
    if _is_unknown_time(marks, named, matter):
        return OTHER_TIME
    if _asks(marks, votes, named):
        return ASKS
    if _says_more(marks, votes, named):
        return NOT_ONLY
    return ""


def _is_settled(marks: Sequence[Mark], named: set[Disposition]) -> bool:
    """Whether a doubt comes after a wish for another time: "reschedule, if possible; call me"."""
    if named != {MOVED}:
        return False
    first = next(mark for mark in marks if mark.sense in (Sense.MOVE, Sense.CHOICE, Sense.NUMBER, *_CLOCK))
    return all(mark.start > first.start for mark in marks if mark.sense is Sense.DOUBT)


def _names_another_time(marks: Sequence[Mark], matter: Matter) -> bool:
    said = (mark for mark in marks if mark.sense in (*_CLOCK, Sense.COMING, Sense.ORDINAL))
    if any(_is_another_hour(mark, matter) for mark in marks if mark.sense is Sense.NUMBER):
        return True
    return any(fits(mark, matter.appointment, matter.written_at) is False for mark in said)


def _is_another_hour(mark: Mark, matter: Matter) -> bool:
    """Whether a number that is no option may be an hour or a day, and not the appointment's."""
    at = matter.appointment.at
    if at is None or matter.numbered(mark.value) is not None:
        return False
    return mark.value not in (at.hour, at.hour % 12, at.minute, at.day, at.month, at.year)


def _has_negation(marks: Sequence[Mark], named: set[Disposition]) -> bool:
    denied = [mark for mark in marks if mark.sense in (Sense.NEGATION, Sense.NEITHER)]
    sure = [mark for mark in marks if mark.sense is Sense.CANCEL]
    if named == {CANCELED} and sure:
        return any(one.part == sure[0].part and one.start < sure[0].start for one in denied)
    if denied:
        return named != {MOVED}
    kept = any(mark.sense is Sense.NOT_CANCEL for mark in marks)
    return kept and named != {CONFIRMED}


def _has_condition(marks: Sequence[Mark], named: set[Disposition]) -> bool:
    """A "but" is none where only running late follows, or nothing is confirmed: "I'd like to but can't"."""
    for index, mark in enumerate(marks):
        if mark.sense is not Sense.BUT:
            continue
        after = [
            one.sense
            for one in marks[index + 1 :]
            if one.sense not in _SILENT and one.sense is not Sense.WORD
        ]
        if CONFIRMED in named and after[:1] != [Sense.LATE]:
            return True
        if CANCELED in named and mark.text in _IFS and index and marks[index - 1].sense is not Sense.BUT:
            return True
    return False


def _is_unknown_time(marks: Sequence[Mark], named: set[Disposition], matter: Matter) -> bool:
    """Whether it confirms for a time, and nobody knows whether that is the appointment's."""
    if CONFIRMED not in named or matter.appointment.at is not None:
        return False
    saying = [mark for mark in marks if mark.sense in _CLOCK]
    return bool(saying) and not any(mark.sense is Sense.COMING for mark in marks)


def _asks(marks: Sequence[Mark], votes: Sequence[tuple[Mark, Disposition]], named: set[Disposition]) -> bool:
    """Whether it asks for anything that must be known first. Asking for another day is no such question."""
    if named == {MOVED} or (MOVED in named and CONFIRMED not in named):
        return False
    harmless = {mark.clause for mark in marks if mark.sense is Sense.HARMLESS}
    if any(mark.asks for mark, _ in votes if mark.clause not in harmless and not _is_request(mark)):
        return True
    asked = {mark.clause for mark in marks if mark.asks and not _is_request(mark)}
    requests = {mark.clause for mark in marks if _is_request(mark)}
    return bool(asked - harmless - requests)


_REQUESTS = ("can you", "could you", "will you", "would you", "can u", "could u", "can we", "could we",
             "puede", "podria", "me pueden", "me puede", "pode", "podem", "poderia", "pouvez", "pourriez",
             "peux tu")  # fmt: skip


def _is_request(mark: Mark) -> bool:
    """ "Can you cancel my visit?" asks for nothing but that."""
    return mark.sense is Sense.CANCEL and mark.text.startswith(_REQUESTS)


def _says_more(
    marks: Sequence[Mark], votes: Sequence[tuple[Mark, Disposition]], named: set[Disposition]
) -> bool:
    """Whether words beside the answer may change it."""
    words = [mark for mark in marks if mark.sense is Sense.WORD]
    if not words:
        return False
    senses = {mark.sense for mark, _ in votes}
    if len(words) > _MOST_WORDS:
        return True
    if named == {MOVED}:
        return False
    strong = {Sense.CANCEL} if CANCELED in named else {Sense.YES, Sense.COMING}
    if senses & strong:
        first = votes[0][0]
        if (
            senses == {Sense.COMING}
            and " " not in first.text
            and any(one.part == first.part for one in words)
        ):
            return True
        return CANCELED not in named and sum(mark.start < first.start for mark in words) > _MOST_BEFORE
    clauses = {mark.clause for mark, _ in votes}
    if any(mark.clause in clauses for mark in words):
        return (
            not any(mark.sense is Sense.CHOICE and len(mark.text) > 1 for mark, _ in votes[:1])
            or CANCELED in named
        )
    return senses <= {Sense.OKAY, Sense.NO, Sense.CANCEL_VERB}


def _decided(
    marks: Sequence[Mark], votes: Sequence[tuple[Mark, Disposition]], named: set[Disposition], matter: Matter
) -> Disposition | None:
    """The one disposition the parts agree on; None when they do not."""
    senses = {mark.sense for mark, _ in votes}
    weak = {id(mark) for mark, vote in votes if mark.sense is Sense.OKAY}
    if len(named) > 1 and weak:
        named = {vote for mark, vote in votes if id(mark) not in weak}
    if MOVED in named and len(named) > 1:
        return _moved(votes)
    if len(named) > 1:
        return None
    decided = next(iter(named))
    if decided is CANCELED and senses <= {Sense.NO, Sense.OKAY}:
        return CANCELED if _no_cancels(matter) else None
    return decided


def _moved(votes: Sequence[tuple[Mark, Disposition]]) -> Disposition | None:
    """Asking for another time beside a "no" or "can't" is that; beside a yes only where the yes is bare."""
    others = {mark.sense for mark, vote in votes if vote is not MOVED}
    is_move = others <= {Sense.NO, Sense.CANCEL, Sense.CANCEL_VERB, Sense.OKAY, Sense.YES}
    return (
        MOVED
        if is_move and not (Sense.YES in others and others & {Sense.CANCEL, Sense.CANCEL_VERB})
        else None
    )


def _no_cancels(matter: Matter) -> bool:
    """Whether a bare "no" cancels: where it is offered, or nothing else but to cancel is left."""
    return matter.has_word(CANCELED, _NO_WORDS) or not matter.offers(MOVED)
