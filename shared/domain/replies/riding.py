"""Questions that ride along with an answer to several appointments: "both are fine. Is there parking?"."""

from collections.abc import Sequence

from shared.domain.replies.matter import CLOCK
from shared.domain.replies.references import References
from shared.domain.replies.sense import Mark, Sense

_OF_THE_VISIT = frozenset({
    *CLOCK, Sense.MOVE, Sense.CANCEL, Sense.CANCEL_VERB, Sense.BUT, Sense.DOUBT, Sense.NO, Sense.NEGATION,
    Sense.NUMBER, Sense.ORDINAL, Sense.CHOICE, Sense.LATE, Sense.CORRECTION, Sense.WHICH,
})  # fmt: skip
_ANSWERS = frozenset({
    Sense.CANCEL, Sense.CANCEL_VERB, Sense.CHOICE, Sense.COMING, Sense.MOVE, Sense.NO, Sense.OKAY, Sense.YES,
})  # fmt: skip
_MOST_NAMING = 2  # words of "the two"


def without_riding(marks: Sequence[Mark], references: References) -> list[Mark]:
    """The marks before the last sentence, where that asks about something else than the visits.

    Who asks only "who is this?" or "when?" may not know what is answered: that stays.
    """
    last = [mark for mark in marks if mark.clause == marks[-1].clause] if marks else []
    is_question = any(mark.asks for mark in last)
    is_of_else = any(mark.sense in (Sense.HARMLESS, Sense.WORD) for mark in last)
    is_plain = not any(mark.sense in _OF_THE_VISIT or references.named(mark) is not None for mark in last)
    rest = marks[: len(marks) - len(last)]
    is_told = any(_answers(mark) for mark in rest) and not any(mark.sense is Sense.ASKING for mark in rest)
    return list(rest if is_question and is_of_else and is_plain and is_told else marks)


def _answers(mark: Mark) -> bool:
    """Whether it says more than which are meant; "both are fine" does, and "both" does not."""
    return mark.sense in _ANSWERS or (mark.sense is Sense.BOTH and len(mark.text.split()) > _MOST_NAMING)
