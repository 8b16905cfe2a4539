"""Answers to one question that are taken back by a later one: "1 no wait 2", "not 1, 2"."""

from collections.abc import Sequence

from shared.domain.replies.matter import SILENT, Matter
from shared.domain.replies.sense import Mark, Sense
from shared.domain.replies.votes import vote_of

_WAITS = frozenset(
    {"wait", "hold on", "hang on", "espere", "esperen", "espera", "attendez", "attend", "pera"}
)
_SO = frozenset({"so", "donc", "alors", "entonces", "entao"})
_BUTS = frozenset({"but", "mais", "mas", "sino"})
_ARTICLES = frozenset({"the", "le", "la", "o", "a", "option", "number"})


def corrected(marks: Sequence[Mark], matter: Matter) -> Sequence[Mark]:
    """What stands behind the last correction, where that is an answer by itself: "1 no wait 2"."""
    for index in range(len(marks) - 1, 0, -1):
        if not _is_corrected(marks, index, matter):
            continue
        after, before = marks[index + 1 :], marks[:index]
        after = after[1:] if after and _is_wait(after[0]) else after
        is_answer = any(vote_of(mark, after, matter) is not None for mark in after)
        is_said = any(vote_of(mark, before, matter) is not None for mark in before)
        if is_answer and (is_said or _denies_choice(marks, index, matter)):
            return after
    return marks


def _is_corrected(marks: Sequence[Mark], index: int, matter: Matter) -> bool:
    """Whether what was said is taken back at the mark."""
    rules = (_waits, _takes_back, _concludes, _denies_choice)
    return marks[index].sense is Sense.CORRECTION or any(rule(marks, index, matter) for rule in rules)


def _waits(marks: Sequence[Mark], index: int, matter: Matter) -> bool:
    """ "1 wait 2"."""
    return _is_wait(marks[index]) and index + 1 < len(marks) and _is_digit(marks[index + 1], matter)


def _is_wait(mark: Mark) -> bool:
    return mark.sense is Sense.DOUBT and mark.text in _WAITS


def _concludes(marks: Sequence[Mark], index: int, matter: Matter) -> bool:
    """ "1 ... I have court. So 3": the last part is nothing but a digit."""
    mark = marks[index]
    part = [one for one in marks[index + 1 :] if one.sense not in SILENT]
    is_first = marks[index - 1].part != mark.part and mark.text in _SO
    digits = [one for one in part if _is_digit(one, matter)]
    return is_first and len(digits) == 1 and all(one in digits or one.sense is Sense.COMING for one in part)


def _takes_back(marks: Sequence[Mark], index: int, matter: Matter) -> bool:
    """ "2 no, 1": the no takes back the digit before it."""
    before = [mark for mark in marks[:index] if mark.sense not in SILENT]
    after = [mark for mark in marks[index + 1 :] if mark.sense not in SILENT]
    digits = (*before[-1:], *after[:1])
    return (
        marks[index].sense is Sense.NO and len(digits) == 2 and all(_is_digit(one, matter) for one in digits)
    )


def _denies_choice(marks: Sequence[Mark], index: int, matter: Matter) -> bool:
    """ "Not 1, 2": a digit that is denied, and then another one."""
    before = [one for one in marks[: index + 1] if one.text not in _ARTICLES]
    after = [one for one in marks[index + 1 :] if one.sense not in SILENT and one.text not in _BUTS]
    is_denied = len(before) == 2 and before[0].sense is Sense.NEGATION
    digits = (*before[1:], *after)
    return is_denied and len(digits) == 2 and all(_is_digit(one, matter) for one in digits)


def _is_digit(mark: Mark, matter: Matter) -> bool:
    return mark.sense is Sense.NUMBER and matter.numbered(mark.value) is not None
