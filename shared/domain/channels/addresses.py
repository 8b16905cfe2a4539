"""Addresses in their one form: E.164 for numbers, lower-case ASCII domain for email."""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberType, ValidationResult

from shared.domain.channels.channel import Channel
from shared.domain.errors import RollcallError

ADDRESS_CHARACTERS = 320  # an email address at its longest (RFC 3696 erratum 1690); no number is longer

# Spreadsheets and address books put direction marks and zero-width spaces around numbers.
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\ufeff"))
_SPREADSHEET_NUMBER = re.compile(r"\+?\d+\.0")  # 2125550187.0 would gain a digit


class AddressInvalid(RollcallError):
    """The text is no address we could send to; `reason` is a sentence for the row's owner."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


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


def normalize(channel: Channel, text: str, region: str) -> str:
    """The one form of an address of `channel`. Raises AddressInvalid; the text is not in the reason."""
    return normalize_email(text) if channel is Channel.EMAIL else normalize_phone(text, region)


def normalize_phone(text: str, region: str) -> str:
    """`text` as E.164. `region` (ISO 3166, such as US) holds where the text names no country.

    Raises AddressInvalid. A landline is not refused: `read_phone` tells the type.
    """
    return read_phone(text, region).e164


@lru_cache(maxsize=10_000)  # a file names the same household or clinic again and again
def read_phone(text: str, region: str) -> Phone:
    """The number in `text` and its type. Raises AddressInvalid with a sentence saying what is wrong."""
    text = text.translate(_INVISIBLE).strip()
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


def normalize_email(text: str) -> str:
    """`text` with its domain in lower-case ASCII (RFC 5891). No name look-up is made.

    The local part stays as written, as only its owner's server knows whether case matters
    (RFC 5321 2.4); opt-outs and claims ignore it. Raises AddressInvalid.
    """
    if len(text) > ADDRESS_CHARACTERS:
        raise AddressInvalid("The email address is too long.")
    try:
        found = validate_email(text.translate(_INVISIBLE).strip(), check_deliverability=False)
    except EmailNotValidError as error:
        raise AddressInvalid(f"This is not an email address: {_first_sentence(str(error))}") from error
    return f"{found.local_part}@{found.ascii_domain}"


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


def _first_sentence(text: str) -> str:
    return text.partition(". ")[0].rstrip(".") + "."
