"""Phone numbers that a text of an appointment clearly calls so, line by line."""

import html
import re
from collections.abc import Iterator

_LABEL = (
    r"(?:(?:patient|client|customer|guest|contact|attendee|invitee|parent|student)(?:'s)?\s+)?"
    r"(?:(?:mobile|cell|home|work|telephone|text|sms)\s+)?"
    r"(?:phone|telephone|tel|mobile|cell|cellphone|sms|text|tel[eé]fono|m[oó]vil|celular|telefon|handy|"
    r"t[eé]l[eé]phone|portable)\.?"
    r"(?:\s*(?:number|no\.?|nr\.?|\#|n[uú]mero))?"
)
# The label and the number are all that stands in the line: "Join by phone: … PIN: …" is a conference's.
_LINE = re.compile(rf"[\s*•·-]*{_LABEL}\s*[:=]\s*(\+?\(?\d[\d\s().\-/]{{5,22}}\d)\s*", re.IGNORECASE)
_LABEL_ALONE = re.compile(rf"[\s*•·-]*{_LABEL}\s*:?\s*", re.IGNORECASE)
_NUMBER_ALONE = re.compile(r"\s*(\+?\(?\d[\d\s().\-/]{5,22}\d)\s*")
_BREAK = re.compile(r"<\s*(?:br|/p|/div|/li)\b[^>]{0,200}>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]{0,500}>")
_LOOKED_AT = 20_000  # characters
_LONGEST = 100  # of a line with nothing but a label and a number


def plain_text(text: str) -> str:
    """The text without the markup that some calendars write."""
    if "<" not in text:
        return text
    return html.unescape(_TAG.sub("", _BREAK.sub("\n", text))).strip()


def labelled_phones(text: str) -> Iterator[str]:
    """The numbers in lines such as `Mobile: (212) 555-0187`, or that stand below a line `Phone`."""
    lines = plain_text(text[:_LOOKED_AT]).splitlines()
    for index, line in enumerate(lines):
        if len(line) > _LONGEST:
            continue
        if found := _LINE.fullmatch(line):
            yield found[1]
        elif (
            index
            and _LABEL_ALONE.fullmatch(lines[index - 1][:_LONGEST])
            and (below := _NUMBER_ALONE.fullmatch(line))
        ):
            yield below[1]
