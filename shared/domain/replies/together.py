"""What is said of all appointments together: "I can't come to either", "none of them, sorry"."""

from collections.abc import Sequence

from shared.domain.replies.clauses import CANNOT
from shared.domain.replies.matter import SILENT
from shared.domain.replies.sense import Mark, Sense

_APOLOGIES = frozenset({
    "sorry", "perdon", "perdona", "perdone", "disculpa", "disculpe", "disculpen", "pardon", "desole",
    "desolee", "desculpa", "desculpe", "desculpem", "perdao",
})  # fmt: skip
_EITHER = "either"
_NOR = frozenset({"ni", "nem"})
_BESIDE = SILENT | {Sense.REASON, Sense.WORD, Sense.GREETING, Sense.NO}


def without_apology(marks: Sequence[Mark]) -> list[Mark]:
    """The marks, where a "sorry" that begins the reply, or ends it or a sentence, corrects nothing."""
    ends = {
        0,
        *(
            at
            for at, mark in enumerate(marks)
            if [one.clause for one in marks[at + 1 : at + 2]] != [mark.clause]
        ),
    }
    return [
        mark._replace(sense=Sense.GREETING)
        if at in ends and mark.sense is Sense.CORRECTION and mark.text in _APOLOGIES
        else mark
        for at, mark in enumerate(marks)
    ]


def declines_each(marks: Sequence[Mark], named: Sequence[frozenset[int] | None], count: int) -> bool:
    """Whether all are named behind "nor": "ni Ana ni Ben van a poder ir"."""
    pairs = list(zip(marks, named, strict=True))
    after = [
        next(
            (name or frozenset() for one, name in pairs[at + 1 :] if one.sense is not Sense.COMMON),
            frozenset(),
        )
        for at, mark in enumerate(marks)
        if mark.sense is Sense.NEGATION and mark.text in _NOR
    ]
    others = {mark.sense for mark, name in pairs if name is None}
    is_plain = others <= _BESIDE | {
        Sense.ASKING,
        Sense.NEGATION,
        Sense.COMING,
        Sense.CANCEL,
        Sense.CANCEL_VERB,
    }
    return len(after) > 1 and len(frozenset().union(*after)) == count and is_plain


def declines_either(marks: Sequence[Mark]) -> bool:
    """Whether it says that they can come to none: "I won't be able to attend either visit"."""
    cannot = [mark for mark in marks if mark.sense is Sense.CANCEL and set(mark.text.split()) & CANNOT]
    if len(cannot) != 1 or any(mark.asks for mark in marks):
        return False
    after = [mark for mark in marks if mark.start >= cannot[0].end and mark.part == cannot[0].part]
    is_either = _EITHER in cannot[0].text.split() or any(
        mark.sense is Sense.NEITHER and mark.text.startswith(_EITHER) for mark in after[:1]
    )
    others = (mark for mark in marks if mark is not cannot[0] and not mark.text.startswith(_EITHER))
    return is_either and all(mark.sense in _BESIDE for mark in others)
