"""Which of SendGrid's events say that nothing will ever reach an address.

https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event
"""

import re
from collections.abc import Mapping

from shared.domain.messages.sending import Lesson

# Why SendGrid drops a message: the address is on one of its own lists, or is none.
_DROPPED = {
    "bounced address": Lesson.GONE,
    "invalid": Lesson.GONE,
    "spam reporting address": Lesson.COMPLAINED,
    "unsubscribed address": Lesson.REFUSED,
}
# Its own reading of an answer. The others (technical, content, reputation, volume) are about the mail.
_UNAVAILABLE = "mailbox unavailable"  # full, or closed for good: the status says which
_ABOUT_ADDRESS = frozenset({"invalid address", _UNAVAILABLE, "unclassified", ""})
# Enhanced status codes (RFC 3463) that SendGrid calls a bounce though the mailbox may be there tomorrow:
# full, a text too long, a system or network in trouble, a sender or a text that is refused. 5.4.1 is none of
# them: Microsoft's servers say it of a recipient they do not know.
_SOFT = re.compile(r"5\.(?:1\.[78]|2\.[234]|3\.\d+|4\.(?!1$|4$)\d+|6\.\d+|7\.\d+)")
_NO_MAILBOX = re.compile(r"5\.(?:1\.\d+|2\.1)")
_ENHANCED = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_REPLY_CODE = re.compile(r"\s*([245]\d\d)\b")
_SOFT_REPLIES = frozenset({"552"})  # the mailbox is full (RFC 5321)


def lesson_of_event(kind: str, event: Mapping[str, object]) -> Lesson | None:
    """What an event teaches of its address; `kind` is "blocked" for a bounce that is not for good."""
    if kind == "dropped":
        return _DROPPED.get(str(event.get("reason") or "").strip().casefold())
    return Lesson.GONE if kind == "bounce" and _is_hard(event) else None


def _is_hard(event: Mapping[str, object]) -> bool:
    classified = str(event.get("bounce_classification") or "").strip().casefold()
    if classified not in _ABOUT_ADDRESS:
        return False
    reason = str(event.get("reason") or "")
    reply = _REPLY_CODE.match(reason)
    if reply and (reply[1].startswith("4") or reply[1] in _SOFT_REPLIES):
        return False
    status = _ENHANCED.search(str(event.get("status") or "")) or _ENHANCED.search(reason)
    if status is None or (classified == _UNAVAILABLE and not _NO_MAILBOX.fullmatch(status[1])):
        return status is None and classified != _UNAVAILABLE
    return not (status[1].startswith("4") or _SOFT.fullmatch(status[1]))
