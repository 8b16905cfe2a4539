"""A button that was pressed: what stands behind it says which answer it is, whatever its words."""

from collections.abc import Sequence

from shared.domain.campaigns.reply_option import Disposition
from shared.domain.replies.answered import Answered
from shared.domain.replies.open_questions import Target


def chosen(choice: str, targets: Sequence[Target]) -> Answered | None:
    """The answer, where `choice` is one of the offered words of one open appointment.

    Of several the one that has no answer yet is meant; None where that is not one, or nothing offers it: then
    the button's words are read like any others.
    """
    offering = [(target, said) for target in targets if (said := _offered(choice, target)) is not None]
    first = [one for one in offering if one[0].appointment.disposition is None]
    meant = first if len(first) == 1 else offering
    return Answered(answers=(meant[0],)) if len(meant) == 1 else None


def _offered(choice: str, target: Target) -> Disposition | None:
    word = choice.strip().casefold()
    options = target.question.options
    return next(
        (one.disposition for one in options if word in {text.strip().casefold() for text in one.words}), None
    )
