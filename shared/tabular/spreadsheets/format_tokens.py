"""A number format of a spreadsheet, taken apart: sections, conditions and what stands in each.

ECMA-376 part 1, 18.8.30 and 18.8.31.
"""

import re
from collections.abc import Callable, Mapping
from enum import Enum
from operator import eq, ge, gt, le, lt, ne
from types import MappingProxyType
from typing import NamedTuple

from msgspec import Struct


class Part(Enum):
    """What a token of a section stands for."""

    LITERAL = "literal"
    DIGIT = "digit"  # 0, # or ?
    POINT = "point"
    COMMA = "comma"
    PERCENT = "percent"
    EXPONENT = "exponent"  # E+ or E-
    SLASH = "slash"
    GENERAL = "general"
    TEXT = "text"  # @
    DATE = "date"  # y, m, d, h, s, repeated
    ELAPSED = "elapsed"  # [h], [m], [s]
    HALF = "half"  # AM/PM, A/P
    FRACTION = "fraction"  # of a second: .0


class Token(NamedTuple):
    """One token; `text` is in lower case for dates, else as it stands."""

    part: Part
    text: str


class Section(Struct, frozen=True):
    """One of a format's sections. `condition` chooses it; None leaves the choice to the sign."""

    tokens: tuple[Token, ...]
    condition: Callable[[float], bool] | None
    language: int  # a Windows language id, 0 for the reader's own


_COMPARE: Mapping[str, Callable[[float, float], bool]] = MappingProxyType(
    {"=": eq, "<>": ne, "<": lt, ">": gt, "<=": le, ">=": ge}
)
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?'
    r"|\\(?P<escaped>.)"
    r"|_(?P<space>.)"
    r"|\*(?P<fill>.)"
    r"|\[(?P<bracket>[^\]]*)\]"
    r"|(?P<general>General)"
    r"|(?P<half>AM/PM|A/P)"
    r"|(?P<exponent>E[+-])"
    r"|(?P<fraction>(?<=s)\.0+|(?<=s\])\.0+)"
    r"|(?P<date>y+|m+|d+|h+|s+|e+)"
    r"|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)
_ELAPSED = re.compile("h+|m+|s+", re.IGNORECASE)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?\d+(?:\.\d+)?)")
_CURRENCY = re.compile(r"\$([^-]*)(?:-([0-9A-Fa-f]+))?.*")
_SINGLE = {
    "0": Part.DIGIT, "#": Part.DIGIT, "?": Part.DIGIT, ".": Part.POINT, ",": Part.COMMA, "%": Part.PERCENT,
    "/": Part.SLASH, "@": Part.TEXT,
}  # fmt: skip


def sections_of(code: str) -> tuple[Section, ...]:
    """The sections of a format code, one at least."""
    sections = []
    tokens: list[Token] = []
    condition, language = None, 0
    for match in _TOKEN.finditer(code):
        kind, text = match.lastgroup or "", match[match.lastgroup or 0]
        if kind == "other" and text == ";":
            sections.append(Section(tuple(tokens), condition, language))
            tokens, condition, language = [], None, 0
        elif kind == "bracket":
            found = _CONDITION.fullmatch(text)
            currency = _CURRENCY.fullmatch(text)
            if found:
                condition = _condition(found[1], float(found[2]))
            elif currency:
                tokens.append(Token(Part.LITERAL, currency[1]))
                language = int(currency[2] or "0", 16)
            elif _ELAPSED.fullmatch(text):
                tokens.append(Token(Part.ELAPSED, text.lower()))
        else:
            tokens.append(_token(kind, text))
    return (*sections, Section(tuple(tokens), condition, language))


def _token(kind: str, text: str) -> Token:
    match kind:
        case "general":
            return Token(Part.GENERAL, text)
        case "half":
            return Token(Part.HALF, text.upper())
        case "exponent":
            return Token(Part.EXPONENT, text[1])
        case "fraction":
            return Token(Part.FRACTION, text[1:])
        case "date":
            return Token(Part.DATE, text.lower().replace("e", "y"))
        case "other":
            return Token(_SINGLE.get(text, Part.LITERAL), text)
        case "space":
            return Token(Part.LITERAL, " ")
        case "fill":
            return Token(Part.LITERAL, "")
        case _:
            return Token(Part.LITERAL, text)


def _condition(sign: str, bound: float) -> Callable[[float], bool]:
    return lambda value: _COMPARE[sign](value, bound)
