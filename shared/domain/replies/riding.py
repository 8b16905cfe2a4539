"""Questions that ride along with an answer: "both are fine. Is there parking?"."""

from collections.abc import Sequence

from shared.domain.replies.matter import CLOCK, CODES, CONFIRMED, Votes
from shared.domain.replies.references import References
from shared.domain.replies.sense import Mark, Sense

_OF_THE_VISIT = frozenset({
    *CLOCK, Sense.MOVE, Sense.CANCEL, Sense.CANCEL_VERB, Sense.BUT, Sense.DOUBT, Sense.NO, Sense.NEGATION,
    Sense.NUMBER, Sense.ORDINAL, Sense.CHOICE, Sense.LATE, Sense.CORRECTION, Sense.WHICH,
})  # fmt: skip
_ANSWERS = frozenset({
    Sense.CANCEL, Sense.CANCEL_VERB, Sense.CHOICE, Sense.COMING, Sense.MOVE, Sense.NO, Sense.OKAY, Sense.YES,
})  # fmt: skip
_SERVICE = frozenset({
    "are there", "avez", "can", "could", "do", "hacen", "is there", "me", "podem", "podria", "podrian",
    "posso", "pouvez", "pourriez", "puede", "pueden", "puedo", "voces", "will", "would",
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


def rides_along(marks: Sequence[Mark], votes: Votes) -> bool:
    """Whether what is asked stands behind a promise to come, and is of something else than the visit.

    "I'll be there, is there a lift?" promises; "yes, where is it?" may not.
    """
    last = ([mark for mark, _ in votes if not mark.asks] or [mark for mark, _ in votes])[-1]
    is_promise = last.sense is Sense.COMING or (last.sense is Sense.YES and " " in last.text)
    is_promise = is_promise or (last.sense in (*CODES, Sense.YES) and _asks_for_more(marks, last))
    after = [mark for mark in marks if mark.start >= last.end and mark.part > last.part]
    before = [mark for mark in marks if mark.start < last.start]
    is_plain = all(mark.sense not in _OF_THE_VISIT for mark in after)
    is_first = all(mark.sense not in (Sense.WORD, Sense.ASKING) for mark in before)
    is_asked_itself = last.asks and all(mark.clause != last.clause for mark in after)  # "y? what is it"
    is_said = {vote for _, vote in votes} == {CONFIRMED} and is_promise and not is_asked_itself
    return is_said and bool(after) and is_plain and is_first


def _asks_for_more(marks: Sequence[Mark], said: Mark) -> bool:
    """ "1. Do you also do wiper blades?": a service, and not who or where it is."""
    after = [mark for mark in marks if mark.part > said.part]
    asking = [_asked(mark) for mark in after if mark.sense is Sense.ASKING]
    return any(mark.sense is Sense.WORD for mark in after) and set(asking) <= _SERVICE


def _asked(mark: Mark) -> str:
    return mark.text if mark.text in _SERVICE else mark.text.split()[0]
