"""Characters that nobody sees: which of them are taken off, and which make a cell unclear."""

import re

# A control character, or the picture of one that `cell.shown` puts in its place.
_CONTROL = "\x00-\x08\x0b-\x1f\x7f-\x9f\u2400-\u241f\u2421\u2426"
# The marks that copying from web pages and phones leaves.
_MARK = "\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
_EDGE = f"[\\s{_CONTROL}{_MARK}]+"
_TRIM = re.compile(f"^{_EDGE}|{_EDGE}$")
_NOT_TEXT = re.compile(f"[{_CONTROL}\u200b\ufeff]")
_MARKS = re.compile(f"[{_MARK}]")
_SPECIAL = re.compile(f"[{_CONTROL}{_MARK}\t\n\u2028\u2029\ud800-\udfff\ufffd]")
_BREAKS = re.compile(f"[{_CONTROL}\t\n\u2028\u2029]")


def trim(text: str) -> str:
    """`text` without white space and invisible characters at its ends."""
    if text.isascii() and text.isprintable():
        return text.strip()
    return _TRIM.sub("", text)


def without_controls(text: str) -> str:
    """`text` with its lines ending in a line feed, without controls and marks that no writing needs."""
    if text.isascii() and text.isprintable():
        return text
    return _NOT_TEXT.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def without_marks(text: str) -> str | None:
    """`text` without marks; None when line breaks or controls are in it, which may part two values."""
    if text.isascii() and text.isprintable():
        return text
    return None if _BREAKS.search(text) else _MARKS.sub("", text)


def is_plain(text: str) -> bool:
    """Whether `text` holds none of the characters of this module, no break, and nothing that is unreadable.

    Such a text is trimmed by `strip` and needs nothing else: what holds for many texts, joined, for each.
    """
    if text.isascii() and text.isprintable():
        return True
    return _SPECIAL.search(text) is None
