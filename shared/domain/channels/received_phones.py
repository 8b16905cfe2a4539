"""Phone numbers as providers name them when somebody has written, brought to the form in which we send."""

import re
from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber

from shared.domain.channels.address_kinds import ADDRESS_CHARACTERS, visible
from shared.domain.channels.phone_numbers import e164_of, without_former_prefix
from shared.domain.channels.phone_spellings import one_spelling

_SHORT_DIGITS = 6  # of a short code at most; people's numbers that short come with their country
_CHANNEL_BEFORE = re.compile(r"[A-Za-z]+:(?=[+\d])")  # whatsapp:+12125550187


@lru_cache(maxsize=1_000)
def received_phone(text: str, region: str) -> str:
    """Who a provider says has written or was written to: E.164 in its one spelling, or as it is written.

    A plus sign or 00 says the country; else the number is one of `region` (ISO 3166, empty when unknown), or
    begins with its country. Short codes and names are no numbers and stay as they are.
    """
    written = _CHANNEL_BEFORE.sub("", visible(text))
    digits = phonenumbers.normalize_digits_only(written)
    if len(written) > ADDRESS_CHARACTERS or any(letter.isalpha() for letter in written):
        return written
    if written.startswith(("+", "＋")):
        number = _parsed(f"+{digits}")
        return _one(number) if number else written
    if len(digits) <= _SHORT_DIGITS:
        return written
    return _without_plus(written, digits, region.upper()) or written


def region_of_phone(e164: str) -> str:
    """The country of a number in E.164, as ISO 3166; empty when that is not known, or it is no number."""
    number = _parsed(e164)
    return (phonenumbers.region_code_for_number(number) or "") if number else ""


def _without_plus(written: str, digits: str, region: str) -> str | None:
    """The first reading that is a number given out, or else the first that may be one."""
    readings = [_parsed(f"+{digits[2:]}")] if digits.startswith("00") else []
    if region in phonenumbers.SUPPORTED_REGIONS:
        readings.append(_parsed(written, region))
    found = [_one(number) for number in (*readings, _parsed(f"+{digits}")) if number is not None]
    for is_likely in (phonenumbers.is_valid_number, phonenumbers.is_possible_number):
        for e164 in found:
            if is_likely(phonenumbers.parse(e164)):
                return e164
    return None


def _one(number: PhoneNumber) -> str:
    return one_spelling(e164_of(without_former_prefix(number)))


def _parsed(text: str, region: str | None = None) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(text, region)
    except NumberParseException:
        return None
