"""What is taken from a reply: the answers by target, or why a person decides."""

from msgspec import Struct

from shared.domain.campaigns.reply_option import Disposition
from shared.domain.replies.open_questions import Target

WHICH = "{count} appointments could be meant."
UNNAMED = "It names none of the open appointments."
PAIRS = "It is not certain which answer is for which appointment."
ALSO_ASKS = "It also asks something."
REST = "It says nothing of the others."


class Answered(Struct, frozen=True, kw_only=True):
    """The answers by target, or why a person decides. `has_rest`: the others stay open and are a person's."""

    answers: tuple[tuple[Target, Disposition], ...] = ()
    has_note: bool = False
    has_rest: bool = False
    leaning: Disposition | None = None
    reason: str = ""
