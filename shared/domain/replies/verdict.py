"""What a reply says of one appointment: an answer, or why a person must read it."""

from collections.abc import Sequence

from msgspec import Struct

from shared.domain.campaigns.reply_option import Disposition
from shared.domain.replies.clock_words import fits
from shared.domain.replies.matter import CANCELED, CLOCK, CONFIRMED, MOVED, SILENT, Matter, Votes
from shared.domain.replies.objections import ASKS, DOUBTFUL, OTHER_TIME, lacks, objection
from shared.domain.replies.sense import Mark, Sense

NOT_OFFERED = "Not one of the offered answers."
IS_LATE = "It says that they are late, and not whether they come."
CONTRADICTION = "It says two things."
_VOTES = {
    Sense.YES: CONFIRMED,
    Sense.OKAY: CONFIRMED,
    Sense.COMING: CONFIRMED,
    Sense.NO: CANCELED,
    Sense.CANCEL: CANCELED,
    Sense.CANCEL_VERB: CANCELED,
    Sense.MOVE: MOVED,
}
_MINUTES = frozenset({"min", "minute", "minutes", "minutinhos", "minutitos", "minutos", "mn"})
_COUNTING = frozenset({
    "about", "around", "ate", "before", "by", "dans", "day", "desde", "dia", "em", "en", "for", "hasta",
    "in", "jour", "of", "para", "pour", "room", "sala", "salle", "sera", "seremos", "serons", "sommes",
    "somos", "than", "till", "until", "vers", "within",
})  # fmt: skip
_EACH_TIME = frozenset({"a", "per", "x", "every", "al", "por", "par", "cada", "chaque", "ao"})
_SPANS = frozenset({"day", "week", "night", "dia", "semana", "noche", "jour", "semaine", "soir", "noite"})
_OTHER_ONE = frozenset({"other", "otra", "otro", "autre", "outra", "outro"})
_CHOOSING = frozenset({
    "a", "and", "answer", "be", "c", "ce", "celui", "choisis", "choose", "de", "e", "el", "eleccion",
    "elijo", "es", "escojo", "est", "et", "for", "go", "going", "i", "ill", "is", "it", "je", "la",
    "le", "like", "lo", "me", "my", "o", "one", "ones", "pick", "prefer", "prefiero", "prends", "quero",
    "quiero", "s", "seria", "so", "take", "that", "the", "this", "to", "want", "will", "with", "would",
    "y",
})  # fmt: skip
_INSTEAD = "instead"
_OPENING = frozenset({
    "abre", "abren", "abrem", "cierra", "cierran", "close", "fecha", "fecham", "fermez", "open", "ouvrez",
})  # fmt: skip
_SUBJECTS = frozenset({"i", "we"})
_CANCELING = ("cancel", "annul", "anul", "desmarc")  # how the verb begins
_POLITE = frozenset({Sense.GREETING, Sense.CORRECTION, Sense.NO})
_TELLING = SILENT | {Sense.WORD, Sense.REASON}
_NOTED = (Sense.WORD, Sense.NAMING, Sense.REASON)
_NO_WORDS = frozenset({"n", "no", "non", "nao", "não", "nop"})
WISHING = frozenset({
    "can", "could", "may", "do", "podra", "podran", "podremos", "puedo", "puede", "pueden", "podria",
    "podrian", "podemos", "tienen", "tiene", "hay", "puis", "peut", "avez", "pouvez", "pourriez", "auriez",
    "posso", "pode", "podem", "poderia", "tem", "tens",
})  # fmt: skip


class Verdict(Struct, frozen=True, kw_only=True):
    """The answer, or the `reason` why there is none.

    `leaning` is what it sounds like, `heard` all that it may say.
    """

    disposition: Disposition | None = None
    leaning: Disposition | None = None
    heard: frozenset[Disposition] = frozenset()
    has_note: bool = False
    asks: bool = False
    reason: str = ""


def verdict(marks: Sequence[Mark], matter: Matter) -> Verdict:
    """What the parts say of the matter."""
    marks = _corrected(marks, matter)
    votes = [(mark, vote) for mark in marks if (vote := _vote(mark, marks, matter)) is not None]
    votes += [(mark, MOVED) for mark in _wishes(marks, votes, matter)]
    named = {vote for _, vote in votes}
    if not votes:
        return Verdict(reason=_why_none(marks))
    leaning = next(iter(named)) if len(named) == 1 else None
    reason = objection(marks, votes, matter)
    decided = None if reason else _decided(marks, votes, named, matter)
    if decided is None:
        return Verdict(leaning=leaning, heard=frozenset(named), reason=reason or CONTRADICTION)
    if not matter.offers(decided):
        return Verdict(leaning=decided, reason=NOT_OFFERED)
    voting = {id(mark) for mark, _ in votes}
    beside = [m for m in marks if id(m) not in voting and m.sense in _NOTED]
    asks = any(mark.sense is Sense.HARMLESS or mark.asks for mark in marks if id(mark) not in voting)
    return Verdict(disposition=decided, has_note=bool(beside) or asks, asks=asks and decided is not MOVED)


def _vote(mark: Mark, marks: Sequence[Mark], matter: Matter) -> Disposition | None:
    if mark.sense is Sense.CHOICE:
        said = mark.value if isinstance(mark.value, Disposition) else None
        return said if len(mark.text) > 1 or _is_alone(mark, marks) else None
    if mark.sense in (Sense.NUMBER, Sense.ORDINAL):
        is_other = _counts(mark, marks) or _is_date(mark, marks) or _is_order(mark, marks)
        return None if is_other else matter.numbered(mark.value)
    if mark.sense is Sense.COMING and _is_late(mark, marks):
        return None
    if _ends_in_cannot(mark, marks):
        return CANCELED
    if lacks(mark, marks):
        return None
    if mark.text == _INSTEAD and not any(one.sense in CLOCK and one.clause == mark.clause for one in marks):
        return None  # "text my wife instead"
    return _VOTES.get(mark.sense)


def _ends_in_cannot(mark: Mark, marks: Sequence[Mark]) -> bool:
    """ "Sorry I can't" cancels where nothing says what it is that they cannot."""
    if mark.sense is not Sense.NEGATION or mark.text != "not":
        return False
    before, after = marks[: marks.index(mark)], marks[marks.index(mark) + 1 :]
    is_sure = any(one.sense is Sense.NO for one in before) or any(one.sense is Sense.REASON for one in after)
    if is_sure:  # "no can't, working a double"; what cannot be done alone may be something else
        after = [one for one in after if one.part == mark.part or one.sense not in _TELLING]
    is_bare = all(one.text in _SUBJECTS or one.sense in _POLITE for one in (*before[:-1], *after))
    return bool(before) and before[-1].text == "can" and is_bare


def _is_late(mark: Mark, marks: Sequence[Mark]) -> bool:
    """ "I'll be late" says when, and not that the visit stands."""
    following = [one for one in marks if one.start >= mark.end and one.part == mark.part]
    weighs = [one.sense for one in following if one.sense not in (*SILENT, Sense.WORD, Sense.NUMBER)]
    return weighs[:1] == [Sense.LATE]


def _wishes(marks: Sequence[Mark], votes: Votes, matter: Matter) -> list[Mark]:
    """Other times that are asked for: "can I come at 3?"."""
    if any(vote is CONFIRMED for _, vote in votes):
        return []
    denied = {mark.part for mark in marks if mark.sense is Sense.NEGATION}  # "can't stop sneezing"
    denied |= {mark.part for mark in marks if mark.text in _OPENING}  # "what time do you close today?"
    wishing = (one for one in marks if one.asks and one.part not in denied)
    asking = {mark.clause for mark in wishing if set(mark.text.split()[:1]) & WISHING}
    times = [mark for mark in marks if mark.sense in (Sense.TIME, Sense.DAY) and mark.asks]
    bare = {mark.part for mark in times if any(vote is CANCELED for _, vote in votes)}
    bare -= {mark.part for mark in marks if mark.sense not in SILENT and mark.sense not in CLOCK}
    times = [mark for mark in times if mark.clause in asking or mark.part in bare]  # "can't. Wednesday?"
    return [mark for mark in times if fits(mark, matter.appointment, matter.written_at) is False]


def _counts(mark: Mark, marks: Sequence[Mark]) -> bool:
    """Whether the number counts what follows it: "1 child"."""
    following = next((one for one in marks if one.start == mark.end), None)
    is_next = following is not None and following.part == mark.part
    if is_next and following is not None and following.text in _EACH_TIME:  # "1 a day"
        after = next((one for one in marks if one.start == following.end), None)
        return after is not None and after.part == mark.part and after.text.split()[0] in _SPANS
    is_late = (
        following is not None and following.sense is Sense.LATE and following.text.split()[0] in _MINUTES
    )
    is_counted = is_next and following is not None and (following.sense is Sense.WORD or is_late)
    before = next(
        (one.text.split()[-1] for one in marks if one.end == mark.start and one.part == mark.part), ""
    )
    return is_counted or before in _COUNTING


def _is_date(mark: Mark, marks: Sequence[Mark]) -> bool:
    """Whether "the 1st" is a day of the month: no word says that it is an option."""
    is_option = any(one.sense is Sense.OPTION and one.clause == mark.clause for one in marks)
    return mark.sense is Sense.ORDINAL and mark.text[:1].isdecimal() and not is_option


def _is_order(mark: Mark, marks: Sequence[Mark]) -> bool:
    """Whether "first" may say in which order: words stand beside it that choose nothing."""
    if mark.sense is not Sense.ORDINAL:
        return False
    beside = [one for one in marks if one.part == mark.part and one.sense is Sense.COMMON]
    return any(not set(one.text.split()) <= _CHOOSING for one in beside)


def _is_alone(mark: Mark, marks: Sequence[Mark]) -> bool:
    """Whether nothing but polite words, and words that answer, stand in the code's clause.

    A code that comes first may stand by itself before a sign: "b, I work on Thursdays".
    """
    if mark.start == 0 and not any(one.part == mark.part for one in marks if one is not mark):
        return True
    beside = {one.sense for one in marks if one.clause == mark.clause and one is not mark}
    return beside <= SILENT | set(_VOTES) | {Sense.NUMBER, Sense.CHOICE, Sense.ORDINAL}


def _corrected(marks: Sequence[Mark], matter: Matter) -> Sequence[Mark]:
    """What stands behind the last correction, where that is an answer by itself: "1 no wait 2"."""
    for index in range(len(marks) - 1, 0, -1):
        if marks[index].sense is not Sense.CORRECTION and not _takes_back(marks, index, matter):
            continue
        after, before = marks[index + 1 :], marks[:index]
        is_answer = any(_vote(mark, after, matter) is not None for mark in after)
        if is_answer and any(_vote(mark, before, matter) is not None for mark in before):
            return after
    return marks


def _takes_back(marks: Sequence[Mark], index: int, matter: Matter) -> bool:
    """ "2 no, 1": the no takes back the digit before it."""
    before = [mark for mark in marks[:index] if mark.sense not in SILENT]
    after = [mark for mark in marks[index + 1 :] if mark.sense not in SILENT]
    digits = (*before[-1:], *after[:1])
    return (
        marks[index].sense is Sense.NO
        and len(digits) == 2
        and all(one.sense is Sense.NUMBER and matter.numbered(one.value) is not None for one in digits)
    )


def _why_none(marks: Sequence[Mark]) -> str:
    if any(mark.asks or mark.sense in (Sense.HARMLESS, Sense.ASKING) for mark in marks):
        return ASKS
    if any(mark.sense is Sense.DOUBT for mark in marks):
        return DOUBTFUL
    if any(mark.sense in CLOCK for mark in marks):
        return OTHER_TIME
    return IS_LATE if any(mark.sense is Sense.LATE for mark in marks) else NOT_OFFERED


def _decided(
    marks: Sequence[Mark], votes: Votes, named: set[Disposition], matter: Matter
) -> Disposition | None:
    """The one disposition the parts agree on; None when they do not."""
    senses = {mark.sense for mark, _ in votes}
    weak = {id(mark) for mark, vote in votes if mark.sense is Sense.OKAY}
    if len(named) > 1 and weak:
        named = {vote for mark, vote in votes if id(mark) not in weak}
    if MOVED in named and len(named) > 1:
        return CANCELED if _cancels_instead(votes) else _moved(votes)
    if len(named) > 1:
        return CANCELED if _says_yes_cancel(votes) else None
    decided = next(iter(named))
    if decided is CANCELED and senses <= {Sense.NO, Sense.OKAY}:
        parts = {mark.part for mark, _ in votes}
        is_bare = not any(mark.part in parts and mark.sense in (Sense.WORD, Sense.ASKING) for mark in marks)
        return CANCELED if is_bare and _no_cancels(matter) else None
    return decided


def _says_yes_cancel(votes: Votes) -> bool:
    """ "Yes please cancel", "yes, cancel my visit": the yes is to canceling."""
    senses = [mark.sense for mark, _ in votes]
    if senses not in ([Sense.YES, Sense.CANCEL], [Sense.YES, Sense.CANCEL_VERB]):
        return False
    said = votes[1][0]
    return votes[0][0].clause == said.clause and not set(said.text.split()) & _OTHER_ONE


def _cancels_instead(votes: Votes) -> bool:
    """ "Another day. No, just cancel it": what is said last, behind a no."""
    senses = [mark.sense for mark, _ in votes]
    last = votes[-1][0]
    is_order = last.sense is Sense.CANCEL_VERB or last.text.startswith(_CANCELING)
    return senses[0] is Sense.MOVE and senses[1:-1] == [Sense.NO] and is_order


def _is_no(mark: Mark, vote: Disposition) -> bool:
    """Whether an option's own word says no: "no, OTHER" where both are offered."""
    return mark.sense is Sense.CHOICE and vote is CANCELED


def _moved(votes: Votes) -> Disposition | None:
    """Asking for another time beside a "no" or "can't" is that; beside a yes only where the yes is bare."""
    others = {mark.sense for mark, vote in votes if vote is not MOVED and not _is_no(mark, vote)}
    is_move = others <= {Sense.NO, Sense.CANCEL, Sense.CANCEL_VERB, Sense.OKAY, Sense.YES}
    return (
        MOVED
        if is_move and not (Sense.YES in others and others & {Sense.CANCEL, Sense.CANCEL_VERB})
        else None
    )


def _no_cancels(matter: Matter) -> bool:
    """Whether a bare "no" cancels: where it is offered, or nothing else but to cancel is left."""
    return matter.has_word(CANCELED, _NO_WORDS) or not matter.offers(MOVED)
