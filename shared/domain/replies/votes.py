"""What one part of a reply says of the appointment it is about."""

from collections.abc import Sequence

from shared.domain.campaigns.reply_option import Disposition
from shared.domain.replies.matter import CANCELED, CLOCK, CONFIRMED, MOVED, SILENT, Matter
from shared.domain.replies.more_said import lacks
from shared.domain.replies.sense import Mark, Sense

VOTES = {
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
_CHOOSING = frozenset({
    "a", "and", "answer", "be", "c", "ce", "celui", "choisis", "choose", "de", "e", "el", "eleccion",
    "elijo", "es", "escojo", "est", "et", "for", "go", "going", "i", "ill", "is", "it", "je", "la",
    "le", "like", "lo", "me", "my", "o", "one", "ones", "pick", "prefer", "prefiero", "prends", "quero",
    "quiero", "s", "seria", "so", "take", "that", "the", "this", "to", "want", "will", "with", "would",
    "y",
})  # fmt: skip
_INSTEAD = "instead"
_SUBJECTS = frozenset({"i", "we"})
_POLITE = frozenset({Sense.GREETING, Sense.CORRECTION, Sense.NO})
_TELLING = SILENT | {Sense.WORD, Sense.REASON}


def vote_of(mark: Mark, marks: Sequence[Mark], matter: Matter) -> Disposition | None:
    """What the mark says among `marks`; None where it says nothing of it."""
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
    return VOTES.get(mark.sense)


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
    return beside <= SILENT | set(VOTES) | {Sense.NUMBER, Sense.CHOICE, Sense.ORDINAL}
