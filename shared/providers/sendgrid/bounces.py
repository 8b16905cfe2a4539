"""Which of SendGrid's events say that nothing will ever reach an address.

https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event
"""

import re
from collections.abc import Mapping

from shared.domain.messages.sending import Lesson
from shared.providers.kit.mail_status import is_gone, status_in

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
_NO_MAILBOX = re.compile(r"5\.(?:1\.\d+|2\.1)")
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
    status = status_in(str(event.get("status") or "")) or status_in(reason)
    if not status or (classified == _UNAVAILABLE and not _NO_MAILBOX.fullmatch(status)):
        return not status and classified != _UNAVAILABLE
    return is_gone(status)
