"""Addresses that are plainly right, found in a microsecond or two; the whole check takes some fifty.

A file holds a hundred thousand of them. What is not plain is not wrong: it needs the whole check.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

from shared.domain.channels.address_kinds import AddressInvalid
from shared.domain.channels.email_addresses import normalize_email

_BESIDE_DIGITS = str.maketrans("", "", " -().")
_LOCAL = re.compile(r"[A-Za-z0-9]+(?:[._+-][A-Za-z0-9]+)*", re.ASCII)
_LONGEST_LOCAL = 64  # RFC 5321 4.5.3.1.1
_TYPES = (
    "fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost", "personal_number", "voip", "pager",
    "uan", "voicemail",
)  # fmt: skip


def is_plain_phone(text: str, region: str) -> bool:
    """Whether `text` is surely a number given out; `region` (ISO 3166) holds where it names no country."""
    return plain_phones([text], region)[0]


def plain_phones(texts: Sequence[str], region: str) -> list[bool]:
    """`is_plain_phone` of many texts."""
    national = _national(region.upper())
    found = []
    for text in texts:
        digits = text.translate(_BESIDE_DIGITS)
        pattern = _of_country(digits) if digits[:1] == "+" else national
        found.append(
            pattern is not None
            and pattern.fullmatch(digits) is not None
            and not text.endswith(".0")  # a number of a spreadsheet: its zero is no digit of it
        )
    return found


def is_plain_email(text: str) -> bool:
    """Whether `text` is surely an address: a plain local part at a domain that is valid."""
    local, _, domain = text.partition("@")
    return len(local) <= _LONGEST_LOCAL and _LOCAL.fullmatch(local) is not None and _is_domain(domain)


@lru_cache(maxsize=10_000)
def _is_domain(domain: str) -> bool:
    try:
        normalize_email(f"a@{domain}")
    except AddressInvalid:
        return False
    return len(domain) <= 190  # far below the limit for the whole address


@lru_cache(maxsize=300)
def _national(region: str) -> re.Pattern[str] | None:
    """Numbers within a country as they are written there; None where that is not simple to say."""
    metadata = PhoneMetadata.metadata_for_region(region, None)
    if metadata is None or metadata.national_prefix_transform_rule:
        return None
    prefix, taken_off = metadata.national_prefix or "", metadata.national_prefix_for_parsing
    is_simple = prefix.isdigit() and taken_off is not None and re.fullmatch(taken_off, prefix)
    trunk = f"(?:{prefix})?" if is_simple else ""
    # What begins with the country's own code may be meant as an international number without its +.
    return re.compile(rf"{trunk}(?!{metadata.country_code}){_given_out(metadata)}", re.ASCII)


def _of_country(digits: str) -> re.Pattern[str] | None:
    """What the number, with + and the code of a country, must be like; codes do not begin each other."""
    for end in (2, 3, 4):
        if (pattern := _international(digits[1:end])) is not None:
            return pattern
    return None


@lru_cache(maxsize=1_200)
def _international(code: str) -> re.Pattern[str] | None:
    """Numbers with + and this code, in the country that the code means first; None for no country's code."""
    regions = COUNTRY_CODE_TO_REGION_CODE.get(int(code)) if code.isascii() and code.isdecimal() else None
    metadata = PhoneMetadata.metadata_for_region(regions[0], None) if regions else None
    return re.compile(rf"\+{int(code)}{_given_out(metadata)}", re.ASCII) if metadata else None


def _given_out(metadata: PhoneMetadata) -> str:
    """The digits of any number that the country gives out, but for those that begin like its trunk code."""
    kinds = [getattr(metadata, name) for name in _TYPES]
    patterns = [kind.national_number_pattern for kind in kinds if kind and kind.national_number_pattern]
    trunk = metadata.national_prefix_for_parsing
    lengths = metadata.general_desc.possible_length if metadata.general_desc else (4, 15)
    apart = f"(?!{trunk})" if trunk else ""
    some = "|".join(f"(?:{pattern})" for pattern in patterns)
    return rf"(?={apart}\d{{{min(lengths)},{max(lengths)}}}$)(?:{some})"
