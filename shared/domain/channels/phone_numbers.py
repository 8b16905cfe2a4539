"""Phone numbers in their one form: E.164."""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberType, ValidationResult

from shared.domain.channels.address_kinds import ADDRESS_CHARACTERS, AddressInvalid, visible

_SPREADSHEET_NUMBER = re.compile(r"\+?\d+\.0")  # 2125550187.0 would gain a digit


class PhoneType(StrEnum):
    """What kind of line a number is. EITHER: the country does not tell mobile from fixed, as the USA."""

    MOBILE = "mobile"
    LANDLINE = "landline"
    EITHER = "either"
    OTHER = "other"


_PHONE_TYPES = {
    PhoneNumberType.MOBILE: PhoneType.MOBILE,
    PhoneNumberType.FIXED_LINE: PhoneType.LANDLINE,
    PhoneNumberType.FIXED_LINE_OR_MOBILE: PhoneType.EITHER,
}
_LENGTH_FAULTS = {
    ValidationResult.TOO_SHORT: "The number is too short.",
    ValidationResult.TOO_LONG: "The number is too long.",
    ValidationResult.INVALID_COUNTRY_CODE: "The number's country code does not exist.",
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "The number lacks its area code.",
}
_PARSE_FAULTS = {
    NumberParseException.INVALID_COUNTRY_CODE: "The number's country code does not exist.",
    NumberParseException.TOO_SHORT_AFTER_IDD: "The number is too short.",
    NumberParseException.TOO_SHORT_NSN: "The number is too short.",
    NumberParseException.TOO_LONG: "The number is too long.",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Phone:
    """A number in E.164 and the kind of its line."""

    e164: str
    type: PhoneType


def normalize_phone(text: str, region: str) -> str:
    """`text` as E.164. `region` (ISO 3166, such as US) holds where the text names no country.

    Raises AddressInvalid. A landline is not refused: `read_phone` tells the type.
    """
    return read_phone(text, region).e164


@lru_cache(maxsize=10_000)  # a file names the same household or clinic again and again
def read_phone(text: str, region: str) -> Phone:
    """The number in `text` and its type. Raises AddressInvalid with a sentence saying what is wrong."""
    text = visible(text)
    number = _parse(text, region)
    if number.extension:
        raise AddressInvalid("The number has an extension, which we can neither text nor call.")
    if any(letter.isalpha() for letter in text.lower().removeprefix("tel:")):
        # "do not call 212 …" must not be called; letters standing for digits are not worth that risk.
        raise AddressInvalid("There are words beside the number.")
    fault = _LENGTH_FAULTS.get(phonenumbers.is_possible_number_with_reason(number))
    if fault:
        raise AddressInvalid(fault)
    if not phonenumbers.is_valid_number(number):
        place = phonenumbers.region_code_for_country_code(number.country_code or 0)
        raise AddressInvalid(f"The number is not one that {place} gives out.")
    kind = _PHONE_TYPES.get(phonenumbers.number_type(number), PhoneType.OTHER)
    return Phone(e164=phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164), type=kind)


@lru_cache(maxsize=1_000)  # one person's number is looked for in every row
def national_digits(e164: str) -> str:
    """The digits of a number within its country."""
    return str(phonenumbers.national_significant_number(phonenumbers.parse(e164)))


def _parse(text: str, region: str) -> PhoneNumber:
    if not text:
        raise AddressInvalid("There is no number.")
    if len(text) > ADDRESS_CHARACTERS:
        raise AddressInvalid("The number is too long.")
    if region.upper() not in phonenumbers.SUPPORTED_REGIONS and not text.startswith(("+", "＋")):
        raise AddressInvalid(f"The number names no country, and {region!r} is not one.")
    if _SPREADSHEET_NUMBER.fullmatch(text):
        text = text.removesuffix(".0")
    try:
        return phonenumbers.parse(text, region.upper())
    except NumberParseException as error:
        raise AddressInvalid(_PARSE_FAULTS.get(error.error_type, "This is not a phone number.")) from error
