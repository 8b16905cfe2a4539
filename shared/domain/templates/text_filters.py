"""Filters that shorten, split and capitalize texts."""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from liquid.exceptions import FilterArgumentError

from shared.domain.templates.number_filters import is_whole, number_of

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_AFTER_APOSTROPHE = re.compile(r"(?<=\b[^\W\d_]['’])[^\W\d_](?=[^\W\d_])")  # O'Neil, D'Angelo; not it's


def truncate(text: str, length: object = 50, end: object = "...") -> str:
    """`text` when it has at most `length` characters, else its beginning with `end`, so long together."""
    most, ending = _count("truncate", length), str(end)
    return text if len(text) <= most else text[: max(0, most - len(ending))] + ending


def truncatewords(text: str, words: object = 15, end: object = "...") -> str:
    """`text` when it has at most so many words, else the first of them with `end`."""
    most, found = max(1, _count("truncatewords", words)), text.split()
    return text if len(found) <= most else " ".join(found[:most]) + str(end)


def split(text: str, separator: object) -> list[str]:
    """The pieces of `text`; empty ones at the end are none."""
    by = str(separator)
    pieces = list(text) if not by else text.split(None if by == " " else by)
    while pieces and not pieces[-1]:
        pieces.pop()
    return pieces


def titlecase(text: str) -> str:
    """Every word with a capital, as names are written. A word of mixed case, such as McDonald, stays."""
    return _WORD.sub(lambda found: _capitalized(found[0]), text)


def _capitalized(word: str) -> str:
    if word != word.upper() and word != word.lower():
        return word
    lower = word.lower()
    titled = lower[:1].upper() + lower[1:]
    return _AFTER_APOSTROPHE.sub(lambda found: found[0].upper(), titled)


def _count(name: str, value: object) -> int:
    number = number_of(name, value)
    if not is_whole(number):
        raise FilterArgumentError(f"{name}: give a whole number, not {number}", token=None)
    return int(number)


TEXT_FILTERS: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {"truncate": truncate, "truncatewords": truncatewords, "split": split, "titlecase": titlecase}
)
