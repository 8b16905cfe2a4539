"""Verbs such as "keep" and "drop", which say something only of what is named next to them."""

from collections.abc import Sequence

from shared.domain.replies.lexicon import Lexicon
from shared.domain.replies.references import Names
from shared.domain.replies.sense import Mark, Sense


def as_verb(marks: Sequence[Mark], named: Names, at: int, lexicon: Lexicon) -> Mark | None:
    """The part as coming or canceling, where it is such a verb; None where it is none."""
    mark = marks[at]
    words = set(mark.text.split())
    after = [index for index in range(at + 1, len(marks)) if marks[index].sense is not Sense.COMMON]
    is_next = not after or named[after[0]] is not None or marks[after[0]].sense is Sense.GREETING
    if mark.sense not in (Sense.WORD, Sense.COMMON, Sense.REFUSE_WORD) or not is_next:
        return None
    if words & lexicon.drops:
        return mark._replace(sense=Sense.CANCEL)
    return mark._replace(sense=Sense.COMING) if words & lexicon.keeps else None
