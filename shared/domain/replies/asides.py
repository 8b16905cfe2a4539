"""Words beside an answer to several appointments that say nothing of it: "this time", "until Friday".

Elsewhere they may tell of a doubt, a condition or another day.
"""

from collections.abc import Sequence
from itertools import pairwise

from shared.domain.replies.matter import CLOCK
from shared.domain.replies.references import References
from shared.domain.replies.sense import Mark, Sense

_AS_FOR = frozenset({"cuanto", "quant", "quanto"})
_TO = frozenset({"a", "al", "ao", "aos", "as", "au"})
_NOW = frozenset({"cette fois", "dessa vez", "desta vez", "esta vez", "this time"})
_FOR_NOW = frozenset({
    "de momento", "for now", "por ahora", "por enquanto", "por el momento", "pour l instant", "right now",
})  # fmt: skip
THAT_DAY = frozenset({"ce jour la", "ese dia", "esse dia", "naquele dia", "nesse dia", "that day"})
_UNTIL = frozenset({"ate", "hasta", "jusqu", "jusqu a", "jusqu au", "till", "until"})
_TIMES = frozenset({"fois", "time", "times", "veces", "vez", "vezes"})
_ONLY_WORDS = frozenset({"just", "only"})
_NO = frozenset({Sense.CANCEL, Sense.CANCEL_VERB, Sense.NO})
_VOTES = _NO | {Sense.COMING, Sense.MOVE, Sense.OKAY, Sense.YES}
_CONFIRMED = frozenset({"confirmed"})


def without_asides(marks: Sequence[Mark], references: References) -> list[Mark]:
    """The marks, where such words are common ones."""
    topics = {
        mark.clause for mark, following in pairwise(marks) if mark.text in _AS_FOR and following.text in _TO
    }
    found = [mark._replace(asks=mark.asks and mark.clause not in topics) for mark in marks]
    return [_heard(at, found, references) for at in range(len(found))]


def _heard(at: int, marks: Sequence[Mark], references: References) -> Mark:
    mark = marks[at]
    part = [one for one in marks if one.part == mark.part]
    if mark.sense is Sense.COMMON and mark.text.split()[-1] in _ONLY_WORDS:
        return mark._replace(sense=Sense.ONLY)  # "this time just the hygienist"
    if mark.sense is Sense.ONLY and mark.text == "que":
        is_only = any(one.text in ("n", "ne") and one.start < mark.start for one in part)
        is_only = is_only or any(_vote(one) and one.end == mark.start for one in part)
        return mark if is_only else mark._replace(sense=Sense.COMMON)  # "il faut que je demande"
    is_aside = (
        mark.text in _NOW
        or mark.text in _AS_FOR
        or (mark.text in _FOR_NOW and any(one.sense in (Sense.ONLY, Sense.NEGATION) for one in part))
        or (mark.sense is Sense.OKAY and mark.text == "ta" and _is_word(at, marks))  # "dezembro tá corrido"
        or (mark.text == "yet" and mark is not part[0])
        or (mark.text in THAT_DAY and _follows_no(mark, marks, references))
        or _is_until(mark, part, references)
        or _counts_times(mark, part)
    )
    return mark._replace(sense=Sense.COMMON) if is_aside else mark


def _is_word(at: int, marks: Sequence[Mark]) -> bool:
    return any(one.sense is Sense.WORD and one.part == marks[at].part for one in marks[at + 1 : at + 2])


def _follows_no(mark: Mark, marks: Sequence[Mark], references: References) -> bool:
    """ "2 no, ese día trabajo": it says why."""
    before = [one for one in marks if one.end <= mark.start and one.clause == mark.clause]
    votes = [one for one in before if _vote(one) and references.named(one) is None]
    return (
        bool(votes)
        and votes[-1].part != mark.part
        and votes[-1].sense is not Sense.MOVE
        and _denies(votes[-1])
    )


def _vote(mark: Mark) -> bool:
    return mark.sense in _VOTES or mark.sense is Sense.CHOICE


def _denies(mark: Mark) -> bool:
    return mark.sense in _NO or (mark.sense is Sense.CHOICE and str(mark.value) not in _CONFIRMED)


def _is_until(mark: Mark, part: Sequence[Mark], references: References) -> bool:
    """ "He's on a school trip until Friday", where that is no day of an appointment."""
    untils = [one for one in part if one.text in _UNTIL]
    told = [one for one in part if references.named(one) or (_vote(one) and one.text != "is on")]
    if not untils or any(one.start > untils[0].start for one in told):
        return False
    last = max((one.end for one in told), default=0)
    if not any(one.sense is Sense.WORD and last <= one.start < untils[0].start for one in part):
        return False
    is_day = mark.sense in CLOCK and mark.start >= untils[0].end
    return mark in untils or is_day or mark.text == "is on"


def _counts_times(mark: Mark, part: Sequence[Mark]) -> bool:
    """ "Já é a quarta vez que respondo", "tres veces"."""
    following = next((one.text.split()[0] for one in part if one.start == mark.end), "")
    is_number = mark.sense in (Sense.DAY, Sense.NUMBER, Sense.ORDINAL)
    return is_number and following in _TIMES and not mark.text.isdecimal()
