"""An answer to one numbered question of whose appointments some are closed: those are a person's."""

from collections.abc import Sequence

from shared.domain.record import replace
from shared.domain.replies.answered import Answered
from shared.domain.replies.asked import WrittenReply
from shared.domain.replies.heard import Heard
from shared.domain.replies.lexicon import lexicon_of
from shared.domain.replies.open_questions import TOO_LATE, Asked, Target
from shared.domain.replies.references import References
from shared.domain.replies.several import answer_several


def answer_partly(
    heard: Heard, asked: Asked, offering: Sequence[Target], reply: WrittenReply
) -> Answered | None:
    """What it answers of those that are open, where it names what it is about; None where it names nothing.

    Read with all that the question numbers: "1 yes" is about the first, and never about what is left of them.
    """
    question_ids = {target.question.id for target in offering}
    closed = [one for one in asked.closed if one.question.id in question_ids]
    every = sorted((*offering, *closed), key=lambda one: (one.question.id, one.number))
    references = References(every, reply.written_at)
    if not closed or all(references.named(mark) is None for mark in heard.marks):
        return None
    found = answer_several(heard.marks, every, reply.written_at, lexicon_of(heard.language))
    answers = tuple(one for one in found.answers if one[0] not in closed)
    if len(answers) == len(found.answers):
        return found
    leaning = next(said for target, said in found.answers if target in closed)
    return replace(found, answers=answers, has_rest=True, leaning=leaning, reason=TOO_LATE)
