"""How many parts a text message takes, so that its price is known before it is sent.

The character sets are those of 3GPP TS 23.038 section 6.2.1, the part sizes follow from the 140 bytes
of TS 23.040 less 6 bytes of concatenation header. Where a text is cut follows Twilio's own calculator
(findings/sms-parts-keep-clusters.sh). Texts travel as written: the sender asks Twilio for no smart encoding.
"""

from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from regex import Pattern

UCS_2_ALONE, UCS_2_JOINED = 70, 67  # units in a single part, and in each of several

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")  # an escape and a character: two units
_GSM_7 = _BASIC | _EXTENDED


class Encoding(StrEnum):
    """How a text travels: 7 bits a character, or 16 as soon as one character needs it."""

    GSM_7 = "gsm_7"
    UCS_2 = "ucs_2"


class SmsSize(Struct, frozen=True, kw_only=True):
    """`units` are septets or 16-bit units; `parts` is what providers charge for."""

    encoding: Encoding
    units: int
    parts: int


def estimate(text: str) -> SmsSize:
    """The size of `text` as one SMS, sent as it is written. An empty text still takes one part."""
    if _BASIC.issuperset(text):  # nearly every text, and each character is a unit: no need to look for cuts
        return SmsSize(
            encoding=Encoding.GSM_7, units=len(text), parts=1 if len(text) <= 160 else -(-len(text) // 153)
        )
    if _GSM_7.issuperset(text):
        widths = [2 if character in _EXTENDED else 1 for character in text]
        return _size(Encoding.GSM_7, widths, alone=160, joined=153)
    units = _units(text)
    widths = [units] if units <= UCS_2_ALONE else [_units(cluster) for cluster in _clusters(text)]
    return _size(Encoding.UCS_2, widths, alone=UCS_2_ALONE, joined=UCS_2_JOINED)


def _units(text: str) -> int:
    return len(text) + sum(character > "\uffff" for character in text)  # a surrogate pair beyond the BMP


def _clusters(text: str) -> Iterator[str]:
    """What is never parted: a letter with its marks; one longer than a part goes character by character."""
    for cluster in _cluster_pattern().findall(text):
        if _units(cluster) > UCS_2_JOINED:
            yield from cluster
        else:
            yield cluster


@cache
def _cluster_pattern() -> "Pattern[str]":
    r"""Grapheme clusters as of Unicode 10 to 15.0 (UAX 29 table 1c), which Twilio's calculator goes by.

    `\X` also joins the consonants of an Indic conjunct (GB9c, since 15.1), which the calculator parts.
    """
    import regex  # here, as few texts are that long and not in GSM-7

    return regex.compile(
        r"""
        \p{GCB=Prepend}*
        (?: \p{GCB=L}* (?: \p{GCB=V}+ | \p{GCB=LV} \p{GCB=V}* | \p{GCB=LVT} ) \p{GCB=T}*
          | \p{GCB=L}+ | \p{GCB=T}+
          | \p{GCB=Regional_Indicator}{2}
          | \p{Extended_Pictographic} (?: \p{GCB=Extend}* \u200d \p{Extended_Pictographic} )*
          | [^\p{GCB=Control}\p{GCB=CR}\p{GCB=LF}] )
        [\p{GCB=Extend}\p{GCB=SpacingMark}\u200d]*
        | (?s:.)
        """,
        regex.VERBOSE,
    )


def _size(encoding: Encoding, widths: list[int], *, alone: int, joined: int) -> SmsSize:
    units = sum(widths)
    if units <= alone:
        return SmsSize(encoding=encoding, units=units, parts=1)
    parts, used = 1, 0
    for width in widths:
        if used + width > joined:  # what belongs together moves to the next part whole
            parts, used = parts + 1, 0
        used += width
    return SmsSize(encoding=encoding, units=units, parts=parts)
