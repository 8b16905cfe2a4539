"""How long a company keeps what was sent, answered and uploaded: at most as long as the installation."""

from collections.abc import Iterator

from msgspec import Struct

from shared.domain.errors import Problem

LEAST_DAYS = 30  # a fire with its steps must come to its end within them


class KeptFor(Struct, frozen=True, kw_only=True):
    """Days for which rows, messages (with their failures) and replies are kept.

    None: for as long as whoever runs Rollcall keeps them, which is also the longest.
    """

    rows: int | None = None
    messages: int | None = None
    replies: int | None = None

    def rows_days(self, longest: float) -> float:
        """For how many days rows are kept; `longest` is what the installation says."""
        return min(self.rows or longest, longest)

    def messages_days(self, longest: float) -> float:
        """For how many days messages are kept."""
        return min(self.messages or longest, longest)

    def replies_days(self, longest: float) -> float:
        """For how many days replies are kept."""
        return min(self.replies or longest, longest)


AS_LONG_AS_ALL = KeptFor()


def check_kept_for(kept: KeptFor, longest_rows: float, longest_messages: float) -> Iterator[Problem]:
    """What is wrong with the days."""
    given = (
        ("rows", kept.rows, longest_rows),
        ("messages", kept.messages, longest_messages),
        ("replies", kept.replies, longest_messages),
    )
    for name, days, longest in given:
        if days is not None and not LEAST_DAYS <= days <= longest:
            yield Problem(field=name, reason=f"must be {LEAST_DAYS} to {longest:g} days, or empty")
