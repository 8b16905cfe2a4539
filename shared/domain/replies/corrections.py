"""Corrections of an answer to several appointments: "both. Sorry, no on the hygienist"."""

from collections.abc import Callable, Mapping, Sequence

from shared.domain.campaigns.reply_option import Disposition
from shared.domain.record import replace
from shared.domain.replies.answered import Answered
from shared.domain.replies.matter import SILENT
from shared.domain.replies.open_questions import Target
from shared.domain.replies.references import References
from shared.domain.replies.sense import Mark, Sense

_MEANT = frozenset({
    "attendez", "decir", "digo", "dire", "dizer", "espera", "mean", "meant", "oops", "ops", "oups", "ups",
    "wait", "whoops",
})  # fmt: skip
_NAMING = SILENT | {Sense.WORD, Sense.ORDINAL, Sense.NUMBER}
_TAKING_BACK = frozenset({Sense.CHOICE, Sense.NO})
Answering = Callable[[Sequence[Mark]], Answered]  # what some of the parts say


def amended(marks: Sequence[Mark], references: References, answer: Answering) -> Answered | None:
    """What stands behind the last correction holds for what it names.

    None where nothing is corrected, or the correction may be about another one: "1 yes, sorry 2 yes".
    """
    places = [index for index, mark in enumerate(marks) if mark.sense is Sense.CORRECTION]
    if not places:
        return None
    before = [mark for mark in marks[: places[-1]] if mark.sense is not Sense.CORRECTION]
    if len(before) > 1 and before[-1].sense in _TAKING_BACK and before[-2].part != before[-1].part:
        before = before[:-1]  # "both, no sorry, cancel the second"
    after = marks[places[-1] + 1 :]
    found = answer(after)
    if all(mark.sense in SILENT for mark in before):
        return found  # "actually cancel 2"
    first, last = dict(answer(before).answers), dict(found.answers)
    if len(first) == 1 and _is_meant(marks):
        if len(last) <= 1:
            return _instead(first, after, found, references)
        if (other := _named_first(first, after, references, answer)) is not None:
            return other
    again = first.keys() & last.keys()
    if not again or any(first[target] is last[target] for target in again):
        return None
    return replace(found, answers=tuple((first | last).items()), has_note=True)


def _named_first(
    first: Mapping[Target, Disposition], after: Sequence[Mark], references: References, answer: Answering
) -> Answered | None:
    """ "Cancel Sofía, I mean Mateo, Sofía is coming": the other one, and then what else is said."""
    count = sum(mark.part == after[0].part for mark in after)
    other = _instead(first, after[:count], Answered(), references)
    if other is None or count == len(after):
        return None
    rest = dict(answer(after[count:]).answers)
    return replace(other, answers=tuple((dict(other.answers) | rest).items()))


def _is_meant(marks: Sequence[Mark]) -> bool:
    """Whether a correction says that something else was meant."""
    said = (word for mark in marks if mark.sense is Sense.CORRECTION for word in mark.text.split())
    return bool(_MEANT & set(said))


def _instead(
    first: Mapping[Target, Disposition], after: Sequence[Mark], found: Answered, references: References
) -> Answered | None:
    """ "Cancel the 14th, I mean the 7th": the same of the other one."""
    (target, said), *_ = first.items()
    named = [name for name in references.names(after) if name is not None]
    again = dict(found.answers)
    if len(again) == 1 and (said in again.values() or target in again):
        return replace(found, has_note=True)
    is_bare = not again and len(named) == 1 and len(named[0]) == 1
    if not is_bare or any(mark.sense not in _NAMING for mark in after):
        return None
    return Answered(answers=((references.targets[min(named[0])], said),), has_note=True)
