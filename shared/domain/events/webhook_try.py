"""One try of a webhook: what came of it, and what the answer asks of us."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from msgspec import Struct

GONE_STATUS = 410  # the receiver's own word that it wants no more
TOO_MANY_STATUS = 429
LONGEST_PAUSE = timedelta(
    hours=24
)  # that an answer may ask for: as long as the longest wait between two tries
_MOST_DIGITS = 9


class Try(Struct, frozen=True, kw_only=True):
    """One try: the answer's status, if there was one, and its first characters; else what went wrong."""

    at: datetime
    milliseconds: int = 0
    status: int | None = None
    response: str = ""
    reason: str = ""

    @property
    def is_success(self) -> bool:
        """Whether the endpoint took it."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_gone(self) -> bool:
        """Whether the endpoint said that it wants nothing any more."""
        return self.status == GONE_STATUS


def asked_pause(status: int, retry_after: str, at: datetime) -> datetime | None:
    """Until when an answer of `at` asks to be left alone, a day at most; None where it does not.

    By the header Retry-After (RFC 9110, 10.2.3); 429 alone is one too, which has no end of its own.
    """
    asked = _asked(retry_after.strip(), at)
    if asked is not None and asked > at:
        return min(asked, at + LONGEST_PAUSE)
    return at if status == TOO_MANY_STATUS else None


def _asked(text: str, now: datetime) -> datetime | None:
    if text.isascii() and text.isdigit():
        return now + (timedelta(seconds=int(text)) if len(text) <= _MOST_DIGITS else LONGEST_PAUSE)
    with suppress(ValueError, OverflowError):
        asked = parsedate_to_datetime(text)
        return asked if asked.tzinfo is not None else asked.replace(tzinfo=UTC)
    return None
