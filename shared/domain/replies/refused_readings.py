"""What is read of a reply that refuses messages, or may: the answer beside it is for a person to look at."""

from shared.domain.campaigns.reply_option import Disposition
from shared.domain.record import replace
from shared.domain.replies.asked import Flag, Reading, ReplyMeaning
from shared.domain.replies.consent import cancels_too
from shared.domain.replies.heard import Heard
from shared.domain.replies.likeness import (
    has_part_like_a_refusal,
    is_like_a_refusal,
    is_surely_like_a_refusal,
)
from shared.domain.replies.open_questions import Asked, ids_of
from shared.domain.replies.other_matters import lifts_another

IS_DANGER = "It speaks of danger to life."
LIKE_REFUSAL = "No rule knows it, and it is most like a refusal: honoured. START ends that."
MAYBE_REFUSAL = "A part of it is like a refusal."
TAKES_OFF = "It takes somebody or something off a day."


def opted_out(answer: Reading, heard: Heard, asked: Asked, flags: frozenset[Flag]) -> Reading:
    """The refusal; the answer it stands beside, or sounds like, is for a person to look at."""
    wants = _beside_refusal(answer, heard, asked)
    return Reading(
        outcome=ReplyMeaning.OPT_OUT,
        candidates=ids_of(asked.targets or asked.closed),
        flags=flags,
        may_also_mean=wants,
        needs_person=wants is not None or Flag.DANGER in flags,
        reason=f"May also mean: {wants}." if wants else IS_DANGER if Flag.DANGER in flags else "",
    )


def weighed(
    answer: Reading, heard: Heard, asked: Asked, flags: frozenset[Flag], names: frozenset[str]
) -> Reading:
    """The reading, where no rule knows a refusal and the words are like one all the same.

    `names` tell several appointments apart. What takes somebody off a day confirms nothing.
    """
    if answer.outcome not in (ReplyMeaning.UNCLEAR, ReplyMeaning.ANSWER):
        return answer
    is_answer = answer.outcome is ReplyMeaning.ANSWER
    if is_surely_like_a_refusal(heard) if is_answer else is_like_a_refusal(heard):
        refused = opted_out(answer, heard, asked, flags)
        return replace(refused, needs_person=True, reason=f"{LIKE_REFUSAL} {refused.reason}".strip())
    if is_answer and has_part_like_a_refusal(heard, names):
        return for_a_person(answer, asked, MAYBE_REFUSAL, flags)
    said = {one.disposition for one in answer.answers}
    if said == {Disposition.CONFIRMED} and lifts_another(heard):
        return for_a_person(answer, asked, TAKES_OFF, flags)
    return answer


def _beside_refusal(answer: Reading, heard: Heard, asked: Asked) -> Disposition | None:
    offered = {option.disposition for one in asked.targets for option in one.question.options}
    wants = answer.answers[0].disposition if answer.answers else answer.may_also_mean
    if wants is None and cancels_too(heard.tokens):
        wants = Disposition.CANCELED
    return wants if wants in offered else None


def for_a_person(answer: Reading, asked: Asked, reason: str, flags: frozenset[Flag]) -> Reading:
    """The answer as what it sounds like, and why a person must read it."""
    leaning = answer.answers[0].disposition if answer.answers else answer.may_also_mean
    return Reading(
        outcome=ReplyMeaning.UNCLEAR,
        candidates=ids_of(asked.targets or asked.closed),
        flags=flags,
        may_also_mean=leaning,
        needs_person=True,
        reason=reason,
    )
