"""What is said of all appointments together: "I can't come to either", "none of them, sorry"."""

from collections.abc import Sequence

from shared.domain.replies.clauses import CANNOT, OPEN
from shared.domain.replies.matter import CANCELED, CLOCK, SILENT
from shared.domain.replies.open_questions import Target
from shared.domain.replies.references import Names
from shared.domain.replies.sense import Mark, Sense

_APOLOGIES = frozenset({
    "sorry", "perdon", "perdona", "perdone", "disculpa", "disculpe", "disculpen", "pardon", "desole",
    "desolee", "desculpa", "desculpe", "desculpem", "perdao",
})  # fmt: skip
_POLITE = frozenset({Sense.GREETING, Sense.NO})
_WHY = SILENT | {Sense.WORD, Sense.REASON}
_UNTIL = frozenset({"until", "till", "jusqu", "hasta", "ate"})
_DENIALS = frozenset({Sense.CHOICE, Sense.NO})  # "no, sorry" takes back
_GOT = frozenset({
    "get", "got", "recebemos", "receberam", "recebeu", "received", "recibieron", "recibimos", "recibio",
    "recu", "recus",
})  # fmt: skip
_MAY = frozenset({"pode", "podem"})
_EITHER = "either"
_NOR = frozenset({"neither", "nem", "ni", "nor"})
_BESIDE = SILENT | {Sense.REASON, Sense.WORD, Sense.GREETING, Sense.NO}


def without_apology(marks: Sequence[Mark]) -> list[Mark]:
    """The marks, where a "sorry" that begins the reply, or ends it or a sentence, corrects nothing."""
    ends = {
        0,
        *(
            at
            for at, mark in enumerate(marks)
            if [one.clause for one in marks[at + 1 : at + 2]] != [mark.clause]
            or (marks[at - 1].part == mark.part != marks[at + 1].part and marks[at - 1].sense not in _DENIALS)
        ),
    }
    return [
        mark._replace(sense=Sense.GREETING)
        if at in ends and mark.sense is Sense.CORRECTION and mark.text in _APOLOGIES
        else mark
        for at, mark in enumerate(marks)
    ]


def declines_each(marks: Sequence[Mark], named: Names, count: int) -> bool:
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
    others = {mark.sense for mark, name in pairs if name is None and mark.text not in _MAY}
    is_plain = others <= _BESIDE | {
        Sense.ASKING,
        Sense.NEGATION,
        Sense.COMING,
        Sense.CANCEL,
        Sense.CANCEL_VERB,
    }
    tells_else = any(mark.text in _GOT for mark in marks)  # "neither Ben nor I got a confirmation"
    return len(after) > 1 and len(frozenset().union(*after)) == count and is_plain and not tells_else


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


def declines_all(marks: Sequence[Mark], named: Names, targets: Sequence[Target]) -> bool:
    """Whether "neither" stands alone in its part, and only why in others: "neither one, we're away"."""
    places = [index for index, name in enumerate(named) if name]
    none = marks[places[0]] if len(places) == 1 else None
    if none is None or none.sense is not Sense.NEITHER or none.text.startswith(OPEN):
        return False
    beside = [mark for mark in marks if mark is not none]
    if any(mark.asks for mark in marks):
        return False
    here = all(mark.sense in (*_POLITE, Sense.COMMON) for mark in beside if mark.part == none.part)
    others = [mark for mark in beside if mark.part != none.part]
    is_reason = all(mark.sense in (*_WHY, *CLOCK) or mark.text in _UNTIL for mark in others)
    cancels = all(any(one.disposition is CANCELED for one in target.question.options) for target in targets)
    return here and is_reason and cancels and len(named[places[0]] or ()) == len(targets)


def said_once(marks: Sequence[Mark]) -> Sequence[Mark]:
    """The marks, where "both" behind "neither one" says the same again: "neither one, cancel them both"."""
    first = next((mark for mark in marks if mark.sense is Sense.NEITHER), None)
    others = [mark for mark in marks if first is not None and mark.part != first.part]
    if first is None or any(mark.sense in (Sense.YES, Sense.COMING, Sense.MOVE) for mark in others):
        return marks
    return [mark for mark in marks if not (mark.sense is Sense.BOTH and mark.part > first.part)]
