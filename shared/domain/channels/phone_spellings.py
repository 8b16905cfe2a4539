"""Spellings of one phone: numbers that countries and providers write in two ways, both of them in use.

In one country or the other a prefix comes and goes: providers write mobiles of Mexico as +521…, of Argentina
without the 9, and of Brazil without the ninth digit, as they knew them first; Benin put 01 before every
number in 2024. Which of them is called makes no difference to who answers. phonenumbers 9.0.43 knows no such
pairs: findings/one-phone-two-spellings.sh. Where a new number does not follow from the old one alone (Ivory
Coast in 2021: by operator) nothing is guessed.
"""

import re

from msgspec import Struct


class _Pair(Struct, frozen=True):
    """What two spellings have in common are the groups of both patterns."""

    one: re.Pattern[str]
    one_form: str
    other: re.Pattern[str]
    other_form: str


def _pair(one: str, one_form: str, other: str, other_form: str) -> _Pair:
    return _Pair(re.compile(one), one_form, re.compile(other), other_form)


# By the first three characters of a number in E.164.
_PAIRS = {
    "+52": _pair(r"\+52([2-9]\d{9})", r"+52\1", r"\+521([2-9]\d{9})", r"+521\1"),
    # A number of ten digits is either a mobile or a fixed line; the 9 only leads to the mobile networks.
    "+54": _pair(r"\+549([1-3]\d{9})", r"+549\1", r"\+54([1-3]\d{9})", r"+54\1"),
    # Mobiles of eight digits began with 6 to 9, fixed lines with 2 to 5.
    "+55": _pair(r"\+55(\d\d)9([6-9]\d{7})", r"+55\g<1>9\g<2>", r"\+55(\d\d)([6-9]\d{7})", r"+55\1\2"),
    "+22": _pair(r"\+22901(\d{8})", r"+22901\1", r"\+229(\d{8})", r"+229\1"),
}


def one_spelling(e164: str) -> str:
    """The same for every spelling of a number; a number with one spelling is returned as it is."""
    pair = _PAIRS.get(e164[:3])
    found = pair and pair.other.fullmatch(e164)
    return found.expand(pair.one_form) if pair and found else e164


def spellings(e164: str) -> tuple[str, ...]:
    """Every spelling of the number; `one_spelling` comes first."""
    one = one_spelling(e164)
    pair = _PAIRS.get(one[:3])
    found = pair and pair.one.fullmatch(one)
    return (one, found.expand(pair.other_form)) if pair and found else (one,)
