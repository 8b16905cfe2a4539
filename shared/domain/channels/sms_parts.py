"""How many parts a text message takes, so that its price is known before it is sent.

The character sets are those of 3GPP TS 23.038 section 6.2.1, the part sizes follow from the 140 bytes
of TS 23.040 less 6 bytes of concatenation header. (The codec on the package index encodes GSM-7 but
counts nothing, so it would save only the two tables.)
"""

from dataclasses import dataclass
from enum import StrEnum

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")  # an escape and a character: two units


class Encoding(StrEnum):
    """How a text travels: 7 bits a character, or 16 as soon as one character needs it."""

    GSM_7 = "gsm_7"
    UCS_2 = "ucs_2"


@dataclass(frozen=True, kw_only=True, slots=True)
class SmsSize:
    """`units` are septets or 16-bit units; `parts` is what providers charge for."""

    encoding: Encoding
    units: int
    parts: int


def estimate(text: str) -> SmsSize:
    """The size of `text` as one SMS. An empty text still takes one part."""
    if all(character in _BASIC or character in _EXTENDED for character in text):
        widths = [2 if character in _EXTENDED else 1 for character in text]
        return _size(Encoding.GSM_7, widths, alone=160, joined=153)
    widths = [2 if ord(character) > 0xFFFF else 1 for character in text]  # a surrogate pair beyond the BMP
    return _size(Encoding.UCS_2, widths, alone=70, joined=67)


def _size(encoding: Encoding, widths: list[int], *, alone: int, joined: int) -> SmsSize:
    units = sum(widths)
    if units <= alone:
        return SmsSize(encoding=encoding, units=units, parts=1)
    parts, used = 1, 0
    for width in widths:
        if used + width > joined:  # neither an escape nor a surrogate is parted from its second half
            parts, used = parts + 1, 0
        used += width
    return SmsSize(encoding=encoding, units=units, parts=parts)
