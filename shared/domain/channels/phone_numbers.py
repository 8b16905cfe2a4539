"""Phone numbers in their one form: E.164."""

import re
from enum import StrEnum
from functools import lru_cache

import phonenumbers
from msgspec import Struct
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberType, ValidationResult

from shared.domain.channels.address_kinds import ADDRESS_CHARACTERS, AddressInvalid, visible
from shared.domain.channels.plain_phones import plain_phone
from shared.domain.place import zones_in

_NOWHERE = "Etc/Unknown"  # phonenumbers' zone of a number it knows nothing of
_TERRITORIES = ("AS", "GU", "MP", "PR", "VI")  # with a region of their own, under the laws of the USA
_PREFIX = len("+1212555")  # the longest that phonenumbers' zones are known by in North America
_SPREADSHEET_NUMBER = re.compile(r"\+?\d+\.0")  # 2125550187.0 would gain a digit


class PhoneType(StrEnum):
    """What kind of line a number is. EITHER: the country does not tell mobile from fixed, as the USA."""

    MOBILE = "mobile"
    LANDLINE = "landline"
    EITHER = "either"
    OTHER = "other"


# By country code, what people still write before a number: Mexico gave up "1" for mobiles called from abroad,
# 044 and 045 for mobiles at home and the trunk's 01 in 2019.
_FORMER_PREFIXES = {52: ("1", "01", "044", "045")}
_PHONE_TYPES = {
    PhoneNumberType.MOBILE: PhoneType.MOBILE,
    PhoneNumberType.FIXED_LINE: PhoneType.LANDLINE,
    PhoneNumberType.FIXED_LINE_OR_MOBILE: PhoneType.EITHER,
}
_LENGTH_FAULTS = {
    ValidationResult.TOO_SHORT: "The number is too short.",
    ValidationResult.TOO_LONG: "The number is too long.",
    ValidationResult.INVALID_LENGTH: "The number is too short or too long.",
    ValidationResult.INVALID_COUNTRY_CODE: "The number's country code does not exist.",
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "The number lacks its area code.",
}
_PARSE_FAULTS = {
    NumberParseException.INVALID_COUNTRY_CODE: "The number's country code does not exist.",
    NumberParseException.TOO_SHORT_AFTER_IDD: "The number is too short.",
    NumberParseException.TOO_SHORT_NSN: "The number is too short.",
    NumberParseException.TOO_LONG: "The number is too long.",
}


class Phone(Struct, frozen=True, kw_only=True):
    """A number in E.164 and the kind of its line."""

    e164: str
    type: PhoneType


def normalize_phone(text: str, region: str, *, allows_possible: bool = False) -> str:
    """`text` as E.164. `region` (ISO 3166, such as US) holds where the text names no country.

    Raises AddressInvalid. A landline is not refused: `read_phone` tells the type.
    """
    return plain_phone(text, region) or read_phone(text, region, allows_possible=allows_possible).e164


@lru_cache(maxsize=10_000)  # a file names the same household or clinic again and again
def read_phone(text: str, region: str, *, allows_possible: bool = False) -> Phone:
    """The number in `text` and its type. Raises AddressInvalid with a sentence saying what is wrong.

    The number data lags behind the area codes that are given out: with `allows_possible` a number that has
    the right length for its country is taken, though no such code is known.
    """
    text = visible(text)
    number = _parse(text, region)
    if number.extension:
        raise AddressInvalid("The number has an extension, which we can neither text nor call.")
    if any(letter.isalpha() for letter in text.lower().removeprefix("tel:")):
        # "do not call 212 …" must not be called; letters standing for digits are not worth that risk.
        raise AddressInvalid("There are words beside the number.")
    number = without_former_prefix(number)
    fault = _fault_of(number, allows_possible=allows_possible)
    if fault is not None:
        raise AddressInvalid(f"{fault}{_example_beside(number)}")
    kind = _PHONE_TYPES.get(phonenumbers.number_type(number), PhoneType.OTHER)
    return Phone(e164=e164_of(number), type=kind)


def zones_of_phone(e164: str) -> tuple[str, ...]:
    """Every IANA zone in which the number may be; empty when nothing is known of it.

    A mobile may be anywhere, and an area code may lie in several zones (+61 8 is Adelaide and Perth). What is
    known of a number hangs on its country, area and exchange: asked for as many, it is looked up once.
    """
    known = _PREFIX if e164.startswith("+1") else len(e164)
    return _zones_of(e164[:known], len(e164) - known)


@lru_cache(maxsize=20_000)
def _zones_of(prefix: str, digits_left: int) -> tuple[str, ...]:
    from phonenumbers.timezone import time_zones_for_number  # here, as it is a table of its own

    number = phonenumbers.parse(prefix + "2" * digits_left)
    zones = [zone for zone in time_zones_for_number(number) if zone != _NOWHERE]
    own = zones_in(phonenumbers.region_code_for_number(number) or "")
    return tuple(zone for zone in zones if zone in own) or tuple(zones)


def place_of_phone(e164: str) -> str | None:
    """The country of a number (CA), or the state of a US number by its area code (US-FL)."""
    number = phonenumbers.parse(e164)
    region = phonenumbers.region_code_for_number(number)
    if region in _TERRITORIES:
        return "US"
    if region != "US":
        return region
    from shared.domain.us_places import state_of_area

    state = state_of_area(national_digits(e164)[:3])
    return f"US-{state}" if state else "US"


def zones_of_written(text: str, region: str) -> tuple[str, ...]:
    """The same for a number as somebody wrote it, and empty for what is no number."""
    try:
        return zones_of_phone(normalize_phone(text, region))
    except AddressInvalid:
        return ()


def e164_of(number: PhoneNumber) -> str:
    """The number in E.164."""
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def without_former_prefix(number: PhoneNumber) -> PhoneNumber:
    """The number without a prefix its country gave up, when what is left is a number given out there."""
    if number.country_code not in _FORMER_PREFIXES or phonenumbers.is_valid_number(number):
        return number
    digits = phonenumbers.national_significant_number(number)
    for prefix in _FORMER_PREFIXES[number.country_code]:
        rest = digits.removeprefix(prefix)
        if rest != digits and not rest.startswith("0"):
            shorter = PhoneNumber(country_code=number.country_code, national_number=int(rest or "0"))
            if phonenumbers.is_valid_number(shorter):
                return shorter
    return number


def _fault_of(number: PhoneNumber, *, allows_possible: bool) -> str | None:
    fault = _LENGTH_FAULTS.get(phonenumbers.is_possible_number_with_reason(number))
    if fault or allows_possible or phonenumbers.is_valid_number(number):
        return fault
    place = phonenumbers.region_code_for_country_code(number.country_code or 0)
    return f"The number is not one that {place} gives out, unless its area code is new."


def _example_beside(number: PhoneNumber) -> str:
    """What a number of that country looks like, as a sentence after the fault; empty when there is none."""
    place = phonenumbers.region_code_for_country_code(number.country_code or 0)
    example = phonenumbers.example_number_for_type(place, PhoneNumberType.MOBILE)
    if example is None:
        return ""
    shown = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    return f" A number of {place} looks like {shown}."


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
