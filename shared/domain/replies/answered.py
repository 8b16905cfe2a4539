"""What is taken from a reply: the answers by target, or why a person decides."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from shared.domain.campaigns.reply_option import Disposition
from shared.domain.replies.open_questions import Target

WHICH = "{count} appointments could be meant."
UNNAMED = "It names none of the open appointments."
PAIRS = "It is not certain which answer is for which appointment."
ALSO_ASKS = "It also asks something."
REST = "It says nothing of the others."
LEAVES_OPEN = "It does not say yet what is to become of the others."


class Answered(Struct, frozen=True, kw_only=True):
    """The answers by target, or why a person decides. `has_rest`: the others stay open and are a person's."""

    answers: tuple[tuple[Target, Disposition], ...] = ()
    has_note: bool = False
    has_rest: bool = False
    leaning: Disposition | None = None
    reason: str = ""


def of_numbers(
    found: Mapping[int, Disposition], targets: Sequence[Target], *, has_note: bool, is_only: bool
) -> Answered:
    """The answers by number, from 0; where they are for some `only`, the others are a person's."""
    has_rest = is_only and len(found) < len(targets)
    return Answered(
        answers=tuple((targets[number], said) for number, said in sorted(found.items())),
        has_note=has_note,
        has_rest=has_rest,
        reason=REST if has_rest else "",
    )
