"""A hold on all sending, of all companies: it is there, or it is not."""

from datetime import datetime

from msgspec import Struct


class Hold(Struct, frozen=True, kw_only=True):
    """Why nothing is sent, and since when.

    After a restore, `restored_to` is the time of the backup, and `settled_at` when everything that could have
    been sent since then was settled: a hold with the first and without the second must not be released.
    """

    id: str
    reason: str
    since: datetime
    restored_to: datetime | None = None
    settled_at: datetime | None = None

    @property
    def is_releasable(self) -> bool:
        """Whether sending may go on by what is known."""
        return self.restored_to is None or self.settled_at is not None
