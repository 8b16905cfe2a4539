"""How far readings of a corpus differ from what a careful receptionist understood, and how bad that is."""

from collections import Counter
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from shared.domain.campaigns.reply_option import Disposition
from shared.domain.replies.asked import Reading, ReplyMeaning


class Fault(StrEnum):
    """How bad a wrong reading is."""

    GRAVE = "grave"  # a refusal missed, a visit canceled or confirmed that was not
    SERIOUS = "serious"  # anything else that is wrong
    NEEDLESS = "needless"  # clear, yet handed to a person


_CLEAR = {ReplyMeaning.ANSWER, ReplyMeaning.OPT_OUT, ReplyMeaning.OPT_IN, ReplyMeaning.HELP}


def fault_of(expected: Mapping[str, Any], reading: Reading) -> Fault | None:
    """What is wrong with the reading; None for one that is right, or `also_fair`."""
    if _is_fair(expected, reading):
        return None
    meant = ReplyMeaning(expected["outcome"])
    wanted = expected.get("appointments", {})
    given = {one.appointment_key: str(one.disposition) for one in reading.answers}
    if meant is ReplyMeaning.OPT_OUT and reading.outcome is not ReplyMeaning.OPT_OUT:
        return Fault.GRAVE
    wrong = {key: said for key, said in given.items() if wanted.get(key) != said}
    if set(wrong.values()) & {Disposition.CONFIRMED, Disposition.CANCELED}:
        return Fault.GRAVE
    if meant in _CLEAR and reading.outcome is ReplyMeaning.UNCLEAR:
        return Fault.NEEDLESS
    is_right = (
        reading.outcome is meant
        and given == wanted
        and set(expected.get("flags", ())) <= set(reading.flags)
        and expected.get("may_also_mean") in (None, reading.may_also_mean)
        and expected.get("contradicts_earlier")
        in (None, any(one.contradicts_earlier for one in reading.answers))
    )
    return None if is_right else Fault.SERIOUS


def _is_fair(expected: Mapping[str, Any], reading: Reading) -> bool:
    """Whether it is the second reading that is as fair: an outcome, or what becomes of the appointments."""
    said = {str(reading.outcome), *(str(one.disposition) for one in reading.answers)}
    return bool(said & set(expected.get("also_fair", ())))


def is_false_refusal(expected: Mapping[str, Any], reading: Reading) -> bool:
    """Whether somebody who refused nothing is taken to refuse, and gets no more messages."""
    is_refused = reading.outcome is ReplyMeaning.OPT_OUT and not _is_fair(expected, reading)
    return is_refused and expected["outcome"] != ReplyMeaning.OPT_OUT


def figures(faults: Mapping[str, Counter[Fault | None]], silenced: Mapping[str, int]) -> str:
    """A line a language: how many were read, how many of each fault, and how many of them are `silenced`."""
    lines = ["language  replies  grave  serious  needless  false refusals"]
    for language, counts in faults.items():
        wrong = "  ".join(f"{counts[fault]:{len(fault)}}" for fault in Fault)
        lines.append(f"{language:8}  {sum(counts.values()):7}  {wrong}  {silenced[language]:14}")
    return "\n".join(lines)
