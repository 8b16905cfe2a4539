"""What phones do by themselves when they ring: one table, by the last four digits of the number.

Every other phone rings for a while, so that somebody at the phone page can take it; then it is taken by a
person who listens to the end and presses nothing.
"""

from enum import StrEnum

from msgspec import Struct


class Deed(StrEnum):
    """What becomes of a call that rings."""

    TAKEN = "taken"
    DECLINED = "declined"
    VOICEMAIL = "voicemail"
    FAX = "fax"
    LEFT_RINGING = "left_ringing"
    NO_NUMBER = "no_number"
    CANCELED = "canceled"  # by who called


class CallOutcome(Struct, frozen=True, kw_only=True):
    """What a phone with these last `digits` does. `keys` are pressed one at each time one is asked for."""

    digits: str
    meaning: str
    deed: Deed = Deed.TAKEN
    keys: str = ""


TAKEN = CallOutcome(digits="0001", meaning="taken at once; nothing is pressed")
CALL_OUTCOMES = (
    TAKEN,
    CallOutcome(digits="0002", meaning="nobody takes it", deed=Deed.LEFT_RINGING),
    CallOutcome(digits="0012", meaning="no such number", deed=Deed.NO_NUMBER),
    CallOutcome(digits="0031", meaning="busy", deed=Deed.DECLINED),
    CallOutcome(digits="0032", meaning="nobody takes it", deed=Deed.LEFT_RINGING),
    CallOutcome(digits="0033", meaning="an answering machine takes it", deed=Deed.VOICEMAIL),
    CallOutcome(digits="0034", meaning="a fax takes it", deed=Deed.FAX),
    CallOutcome(digits="0035", meaning="taken; 1 is pressed", keys="1"),
    CallOutcome(digits="0036", meaning="taken; 2 is pressed", keys="2"),
    CallOutcome(digits="0037", meaning="taken; star is pressed, then 1", keys="*1"),
    CallOutcome(digits="0038", meaning="taken; a wrong key is pressed, then 1", keys="81"),
    CallOutcome(digits="0039", meaning="taken; wrong keys are pressed", keys="88"),
    CallOutcome(digits="0040", meaning="taken; 9 is pressed", keys="9"),
)
_BY_DIGITS = {outcome.digits: outcome for outcome in CALL_OUTCOMES}


def call_outcome(number: str) -> CallOutcome | None:
    """What this phone does; None for one that somebody may take."""
    return _BY_DIGITS.get(number[-4:])
