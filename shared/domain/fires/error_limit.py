"""When a fire pauses by itself: too many of its messages came to nothing."""

from collections.abc import Iterator

from shared.domain.errors import Problem

LEAST_DECIDED = 20  # a share of fewer says nothing
FIELD = "pause_at_percent"


def check_limit(percent: int | None) -> Iterator[Problem]:
    """What is wrong with a campaign's limit."""
    if percent is not None and not 1 <= percent <= 100:
        yield Problem(field=FIELD, reason="must be 1 to 100, or nothing")


def is_over(percent: int, sent: int, failed: int, unknown: int) -> bool:
    """Whether so many of what was decided so far failed at the provider, or have an unknown outcome.

    Rows that could not become a message do not count: they were known before.
    """
    errors, decided = failed + unknown, sent + failed + unknown
    return decided >= LEAST_DECIDED and errors * 100 >= percent * decided


def over_words(percent: int, sent: int, failed: int, unknown: int) -> str:
    """What happened, and what to do, in a sentence each."""
    decided = sent + failed + unknown
    share = (failed + unknown) * 100 // decided
    return (
        f"It paused by itself: of {decided:,} messages {failed:,} failed and {unknown:,} are unknown, which "
        f"is {share} %, and {percent} % is the limit that was set. Look at the reasons, mend what is wrong, "
        "then resume it; it does not pause by itself again. Or cancel it."
    )
