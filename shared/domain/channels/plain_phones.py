"""Phone numbers that are plainly right, found in a microsecond or two; the whole check takes over a hundred.

A file holds a hundred thousand of them. What is not plain is not wrong: it needs the whole check.
"""

import re
from functools import lru_cache

from msgspec import Struct
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

_BESIDE_DIGITS = str.maketrans("", "", " -().")
_TYPES = (
    "fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost", "personal_number", "voip", "pager",
    "uan", "voicemail",
)  # fmt: skip


def plain_phone(text: str, region: str) -> str | None:
    """`text` in E.164, as the whole check gives it, if it is surely a number given out.

    `region` (ISO 3166) holds where it names no country.
    """
    digits = text.translate(_BESIDE_DIGITS)
    if text.endswith(".0"):  # a number of a spreadsheet: its zero is no digit of it
        return None
    if digits[:1] == "+":
        pattern = _of_country(digits)
        return digits if pattern is not None and pattern.fullmatch(digits) else None
    national = _national(region)
    return national.e164(digits) if national is not None else None


class _National(Struct, frozen=True, kw_only=True):
    """How numbers are written within a country. The pattern's group is what follows the country's code.

    `taken_off` is what readers take off before it: the trunk code, in some countries a carrier's with it.
    """

    code: int
    pattern: re.Pattern[str]
    taken_off: re.Pattern[str]

    def e164(self, digits: str) -> str | None:
        """The number in E.164, if it is surely one."""
        found = self.pattern.fullmatch(digits)
        if found is None:
            return None
        start = found.start(1)
        if start and ((taken := self.taken_off.match(digits)) is None or taken.end() != start):
            return None
        return f"+{self.code}{found[1]}"


@lru_cache(maxsize=300)
def _national(region: str) -> _National | None:
    """Of the country; None where that is not simple to say."""
    metadata = PhoneMetadata.metadata_for_region(region.upper(), None)
    if metadata is None or metadata.national_prefix_transform_rule:
        return None
    prefix, taken_off = metadata.national_prefix or "", metadata.national_prefix_for_parsing or ""
    trunk = f"(?:{prefix})?" if prefix.isdigit() and re.fullmatch(taken_off, prefix) else ""
    # What begins with the country's own code may be meant as an international number without its +.
    pattern = rf"{trunk}(?!{metadata.country_code})({_given_out(metadata)})"
    return _National(
        code=metadata.country_code or 0,
        pattern=re.compile(pattern, re.ASCII),
        taken_off=re.compile(taken_off),
    )


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
