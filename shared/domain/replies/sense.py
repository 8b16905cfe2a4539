"""What a part of a reply stands for, whatever language it is in."""

from enum import StrEnum
from typing import NamedTuple


class Sense(StrEnum):
    """The meanings that rules know. Of two phrases of one length the sense that stands earlier here holds."""

    DANGER = "danger"
    NOT_REFUSE = "not_refuse"  # "don't unsubscribe me"
    REFUSE = "refuse"
    REFUSE_WORD = "refuse_word"  # a refusal where it stands by itself: "out", "baja"
    SOFT_REFUSE = "soft_refuse"  # a refusal, unless a time or a condition follows: "don't call before 9"
    OPT_IN = "opt_in"
    WRONG_NUMBER = "wrong_number"
    LATE = "late"
    NOT_CANCEL = "not_cancel"  # "please don't cancel", "no need to reschedule"
    DOUBT = "doubt"
    MOVE = "move"
    CANCEL = "cancel"
    CANCEL_VERB = "cancel_verb"  # the bare verb: what is canceled must not be something else
    CHOICE = "choice"  # a word of an option; value: its disposition
    COMING = "coming"
    YES = "yes"
    OKAY = "okay"  # a weak yes: whatever stands beside it weighs more
    NO = "no"
    REASON = "reason"  # why somebody may not come: confirms nothing, and goes with canceling
    BUT = "but"
    NEGATION = "negation"
    CORRECTION = "correction"
    BOTH = "both"
    NEITHER = "neither"
    ONLY = "only"
    HARMLESS = "harmless"  # a question that changes no answer: where to park
    ASKING = "asking"  # words of a question
    HELP = "help"
    WHICH = "which"  # some of several: "the last two"; value: see which.py
    ORDINAL = "ordinal"  # value: which
    NUMBER = "number"  # value: which
    OPTION = "option"  # "option", "number": a digit follows
    TIME = "time"  # value: (hour, minute, is it said whether morning or afternoon)
    DAY = "day"  # value: see clock_words
    OTHER = "other"  # another time than the appointment's, without saying which: "next week"
    UNIT = "unit"  # what a number counts: "2 kids"
    NAMING = "naming"  # a name that somebody does not want: "quit calling me Anna"
    GREETING = "greeting"
    COMMON = "common"
    WORD = "word"  # nothing known


class Mark(NamedTuple):
    """A part of a reply with its sense: the words `start` to `end`, its clause and part (see words.Token).

    `asks` says that its clause is a question.
    """

    sense: Sense
    value: object
    start: int
    end: int
    clause: int
    part: int
    asks: bool
    text: str
