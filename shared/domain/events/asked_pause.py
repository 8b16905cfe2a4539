"""What an endpoint's answer asks of us: to be left alone for a while."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

TOO_MANY_STATUS = 429
LONGEST_PAUSE = timedelta(hours=24)  # as long as the longest wait between two tries
_MOST_DIGITS = 9


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
