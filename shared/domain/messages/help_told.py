"""What a provider took as HELP, by whatever word."""

from shared.domain.record import replace
from shared.domain.replies.asked import Reading, ReplyMeaning


def told_as_help(reading: Reading) -> Reading:
    """The reading of what the provider took as HELP: a company may have a word of its own there.

    What is understood otherwise, or is a person's for what it says, stays.
    """
    is_open = reading.outcome is ReplyMeaning.UNCLEAR and not reading.flags
    is_help = is_open and reading.may_also_mean is None
    return replace(reading, outcome=ReplyMeaning.HELP, needs_person=False) if is_help else reading
