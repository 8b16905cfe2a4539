"""A change made to every rendered text of a campaign."""

from dataclasses import dataclass
from enum import StrEnum


class FilterKind(StrEnum):
    """What a message filter does to a rendered text."""

    CUT_FROM = "cut_from"  # drop everything from the first `text` on
    REPLACE = "replace"  # `text` becomes `replacement` everywhere
    STRIP = "strip"  # white space at both ends, and runs of spaces within


@dataclass(frozen=True, kw_only=True, slots=True)
class MessageFilter:
    """One change made to every rendered text of a campaign."""

    kind: FilterKind
    text: str = ""
    replacement: str = ""
