"""Answers that point back to what their part has named: "Thursday I work so not that one"."""

from collections.abc import Sequence

from shared.domain.replies.matter import NOTS
from shared.domain.replies.references import References
from shared.domain.replies.sense import Mark, Sense

_THAT = frozenset({
    "aquela", "aquele", "celle", "celle la", "celui", "celui la", "el", "ela", "ele", "ella", "elle", "esa",
    "ese", "essa", "esse", "esta", "este", "her", "hers", "him", "his", "it", "la", "lui", "one", "that",
    "that one", "this", "this one",
})  # fmt: skip
_BEHIND = frozenset({"aquela", "aquele", "ela", "ele", "ella", "esa", "ese", "essa", "esse"})  # "esa no"
_DENYING = frozenset({Sense.CHOICE, Sense.NEGATION, Sense.NO})
_MOST = 3  # words of "not that one"


def pointing_back(marks: Sequence[Mark], references: References) -> list[Mark]:
    """The marks, where such an answer cancels what stands before it in the part."""
    found: list[Mark] = []
    for mark in marks:
        part = [one for one in marks if one.part == mark.part]
        before = [one for one in part if one.end <= mark.start]
        after = [one for one in part if one.start >= mark.end and one.sense is not Sense.GREETING]
        is_named = len(before) > 1 and any(references.named(one) for one in before)
        is_named = is_named and not any(one.sense is Sense.ASKING and one.text == "did" for one in before)
        points = is_named and not mark.asks and _points(mark, before, after)
        found.append(mark._replace(sense=Sense.CANCEL) if points else mark)
    return found


def _points(mark: Mark, before: Sequence[Mark], after: Sequence[Mark]) -> bool:
    words = [word for one in after for word in one.text.split()]
    is_that = bool(words) and len(words) <= _MOST and set(words) <= _THAT
    if mark.sense is Sense.CANCEL_VERB:
        return is_that  # "so cancel hers"
    if mark.sense not in _DENYING or mark.text not in NOTS:
        return False
    return is_that or (not after and before[-1].text in _BEHIND)
