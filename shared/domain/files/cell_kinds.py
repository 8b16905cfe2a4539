"""What kind of thing a cell holds by its look, whatever its column is called or mapped as."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from enum import StrEnum

from shared.domain.files.amount import amount_of
from shared.domain.files.characters import trim
from shared.domain.files.source import FieldType


class CellKind(StrEnum):
    """The look of a cell."""

    EMPTY = "empty"
    EMAIL = "email"
    PHONE = "phone"
    DIGITS = "digits"  # as many as a phone number has, and nothing else: it may be another number
    DATE = "date"  # also with a time
    TIME = "time"
    NUMBER = "number"
    YES_NO = "yes/no"
    WORDS = "words"
    CODE = "code"  # letters and digits


_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_DATE = re.compile(
    r"(?:\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}|(?:[^\W\d]{2,10}[.,]? )?[^\W\d]{3,10}\.? \d{1,2},? \d{4}"
    r"|(?:[^\W\d]{2,10}[.,]? )?\d{1,2}[ .-]+[^\W\d]{3,10}[ .,-]+\d{2,4})(?:[ T,].*\d.*)?"
)
_TIME = re.compile(
    r"\d{1,2}:\d\d(?::\d\d)?(?: ?[ap]\.?(?:\s?m\.?)?)?|\d{1,2} ?h ?\d\d|\d{1,2}[時시] ?\d{1,2}[分분]",
    re.IGNORECASE,
)
_PHONE = re.compile(r"\+?[\d\s().\-/]{7,25}(?:x\d+)?")
_NUMBER = re.compile(r"[+-]?[\d.,' \u00a0\u202f]*\d")
_YES_NO = frozenset(
    [
        "yes",
        "no",
        "y",
        "n",
        "true",
        "false",
        "si",
        "sí",
        "oui",
        "non",
        "ja",
        "nein",
        "nee",
        "sim",
        "não",
        "vero",
        "falso",
    ]
)
_PHONE_DIGITS = range(7, 16)

_FITTING: Mapping[FieldType, frozenset[CellKind]] = {
    FieldType.PHONE: frozenset({CellKind.PHONE, CellKind.DIGITS}),
    FieldType.EMAIL: frozenset({CellKind.EMAIL}),
    FieldType.DATE: frozenset({CellKind.DATE, CellKind.DIGITS}),
    FieldType.DATETIME: frozenset({CellKind.DATE, CellKind.DIGITS}),
    FieldType.TIME: frozenset({CellKind.TIME, CellKind.DATE}),
    FieldType.NUMBER: frozenset({CellKind.NUMBER, CellKind.DIGITS, CellKind.PHONE}),
    FieldType.BOOLEAN: frozenset({CellKind.YES_NO, CellKind.NUMBER}),
    FieldType.TIME_ZONE: frozenset({CellKind.WORDS, CellKind.CODE}),
}


def kind_of(cell: str) -> CellKind:
    """What the cell looks like."""
    text = trim(cell)
    if not text:
        return CellKind.EMPTY
    if _EMAIL.fullmatch(text):
        return CellKind.EMAIL
    if not any(map(str.isdigit, text)):
        return CellKind.YES_NO if text.casefold() in _YES_NO else CellKind.WORDS
    if _TIME.fullmatch(text):
        return CellKind.TIME
    if _DATE.fullmatch(text):
        return CellKind.DATE
    if text.isdecimal():
        return CellKind.DIGITS if len(text) in _PHONE_DIGITS else CellKind.NUMBER
    if _PHONE.fullmatch(text) and sum(map(str.isdigit, text)) in _PHONE_DIGITS:
        return CellKind.PHONE
    return CellKind.NUMBER if _NUMBER.fullmatch(amount_of(text).number) else CellKind.CODE


def kinds_of(cells: Iterable[str]) -> dict[CellKind, int]:
    """How many cells there are of each kind, without the empty ones."""
    kinds = Counter(map(kind_of, cells))
    del kinds[CellKind.EMPTY]
    return dict(kinds)


def main_kind(kinds: Mapping[CellKind, int], *, least: int = 1) -> CellKind | None:
    """The kind of most of the cells; None when there is none, or fewer cells than `least`."""
    total = sum(kinds.values())
    if total < least:
        return None
    kind = max(kinds, key=lambda one: kinds[one], default=None)
    return kind if kind is not None and kinds[kind] >= 0.6 * total else None


def fits(kind: CellKind, field_type: FieldType) -> bool:
    """Whether cells of that look may be values of the type. Anything may be text."""
    return field_type is FieldType.TEXT or kind in _FITTING[field_type]


def are_alike(one: CellKind, other: CellKind) -> bool:
    """Whether the same thing may look both ways: digits alone are a phone today and a number tomorrow."""
    if one is other:
        return True
    pair = {one, other}
    return CellKind.DIGITS in pair and bool(pair & {CellKind.PHONE, CellKind.NUMBER, CellKind.CODE})
