"""What of a mail is its writer's own: the new text without what it quotes, and whether a machine wrote it."""

import re
from collections.abc import Mapping
from itertools import islice

from shared.providers.kit.mail_footers import without_footers

LONGEST_READ = 200_000  # characters: what stands behind is quoted, if anybody wrote it
LONGEST_KEPT = 20_000
# The time to find a quote grows with the square of the lines that look like headers: quotequail tries each.
_LINES = (re.compile("\n"), 1_000)
_TAGS = (re.compile("<"), 3_000)

_REPLY_SUBJECT = re.compile(r"\s*(?:re|aw|sv|antw|rv|resp?|fwd?|wg|tr|enc)\s*(?:\[\d+\])?\s*:", re.IGNORECASE)
_COMMENT = re.compile(r"\([^()]*\)")  # RFC 3834 lets one stand beside the word
# Answering machines that are older than Auto-Submitted (RFC 3834) say it so.
_PRECEDENCES = frozenset({"auto_reply", "bulk", "junk", "list"})
_MARKS = ("x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-reply")
# How Outlook and others begin the subject of an absence, in the language of who is away.
_ABSENCE = re.compile(
    r"\s*(?:automatic reply|auto[- ]?reply|out of (?:the )?office|respuesta autom[aá]tica"
    r"|fuera de (?:la )?oficina|r[ée]ponse automatique|absen(?:ce|te?) du bureau"
    r"|resposta autom[aá]tica|fora do escrit[oó]rio|automatische antwort|abwesenheitsnotiz)\b",
    re.IGNORECASE,
)


def new_text(text: str, html: str, subject: str) -> str:
    """What the writer says, of a mail with these parts: without quotes and their firm's notices.

    LONGEST_KEPT characters at most.

    A mail that says something in its subject alone (STOP), above a quote or a phone's signature, says that.
    Where nothing would be left, the whole text is kept: better a quote than nothing.
    """
    text = _beginning(text[:LONGEST_READ].replace("\r\n", "\n"), *_LINES)
    html = _beginning(html[:LONGEST_READ], *_TAGS)
    whole = text if text.strip() else _text_of(html)
    own = without_footers(_unquoted(whole))
    if not own.strip() and html.strip():
        own = without_footers(_unquoted(_text_of(html)))
    if subject.strip() and not _REPLY_SUBJECT.match(subject) and not _says(own):
        own = subject
    return (own if own.strip() else whole).strip()[:LONGEST_KEPT]


def is_automatic(headers: Mapping[str, str]) -> bool:
    """Whether a machine wrote it, by its headers, whose names are in small letters: an absence, a failure."""
    submitted = _COMMENT.sub(" ", headers.get("auto-submitted", "no")).partition(";")[0].strip().lower()
    if submitted not in ("", "no") or any(mark in headers for mark in _MARKS):
        return True
    if _ABSENCE.match(headers.get("subject", "")):
        return True
    if headers.get("precedence", "").strip().lower() in _PRECEDENCES:
        return True
    if headers.get("return-path", "").strip() == "<>":
        return True
    return headers.get("content-type", "").strip().lower().startswith("multipart/report")


def _beginning(text: str, end: re.Pattern[str], most: int) -> str:
    """The text up to so many ends of lines, or beginnings of tags."""
    found = next(islice(end.finditer(text), most, None), None)
    return text[: found.start()] if found else text


def _says(text: str) -> bool:
    """Whether somebody wrote it, and not a phone below what they wrote."""
    from shared.domain.replies.kinds import own_words

    return bool(own_words(text, ()).strip())


def _unquoted(text: str) -> str:
    """The text above what it quotes, or else below and between; all of it where no quote is found."""
    from quotequail import unwrap

    found = unwrap(text)
    if not found:
        return text
    # Its type says "forward" of Outlook's replies too; what somebody wrote stands on top of either.
    top = str(found.get("text_top") or "")
    below = str(found.get("text_bottom") or "").splitlines()
    return top if _says(top) else "\n".join(one for one in below if not one.lstrip().startswith(">")) or top


def _text_of(html: str) -> str:
    if not html.strip():
        return ""
    from inscriptis import get_text
    from quotequail import unwrap_html

    found = unwrap_html(html)
    return str(get_text(str(found.get("html_top") or found.get("html_bottom") or "") if found else html))
