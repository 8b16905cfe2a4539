"""What of a mail is its writer's own: the new text without what it quotes, and whether a machine wrote it."""

import re
from collections.abc import Mapping

LONGEST_READ = 200_000  # characters: what stands behind is quoted, if anybody wrote it
LONGEST_KEPT = 20_000

_REPLY_SUBJECT = re.compile(r"\s*(?:re|aw|sv|antw|rv|resp?|fwd?|wg|tr|enc)\s*(?:\[\d+\])?\s*:", re.IGNORECASE)
# Answering machines that are older than Auto-Submitted (RFC 3834) say it so.
_PRECEDENCES = frozenset({"auto_reply", "bulk", "junk", "list"})
_MARKS = ("x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-reply")


def new_text(text: str, html: str, subject: str) -> str:
    """What the writer says, of a mail with these parts: without quotes, LONGEST_KEPT characters at most.

    A mail that says something in its subject alone (STOP) says that. Where nothing would be left, the whole
    text is kept: better a quote than nothing.
    """
    text = text[:LONGEST_READ].replace("\r\n", "\n")
    whole = text if text.strip() else _text_of(html[:LONGEST_READ])
    own = _unquoted(whole)
    if not own.strip() and html.strip():
        own = _unquoted(_text_of(html[:LONGEST_READ]))
    if not own.strip():
        own = whole if whole.strip() or _REPLY_SUBJECT.match(subject) else subject
    return own.strip()[:LONGEST_KEPT]


def is_automatic(headers: Mapping[str, str]) -> bool:
    """Whether a machine wrote it, by its headers, whose names are in small letters: an absence, a failure."""
    submitted = headers.get("auto-submitted", "no").partition(";")[0].strip().lower()
    if submitted not in ("", "no") or any(mark in headers for mark in _MARKS):
        return True
    if headers.get("precedence", "").strip().lower() in _PRECEDENCES:
        return True
    if headers.get("return-path", "").strip() == "<>":
        return True
    return headers.get("content-type", "").strip().lower().startswith("multipart/report")


def _unquoted(text: str) -> str:
    """The text above what it quotes; all of it where nothing is found to be quoted."""
    from quotequail import unwrap

    found = unwrap(text)
    # Its type says "forward" of Outlook's replies too; what somebody wrote stands on top of either.
    return str(found.get("text_top") or "") if found else text


def _text_of(html: str) -> str:
    if not html.strip():
        return ""
    from inscriptis import get_text
    from quotequail import unwrap_html

    found = unwrap_html(html)
    return str(get_text(str(found.get("html_top") or "") if found else html))
