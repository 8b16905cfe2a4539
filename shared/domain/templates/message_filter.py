"""A change made to every rendered text of a campaign."""

from enum import StrEnum

from msgspec import Struct


class FilterKind(StrEnum):
    """What a message filter does to a rendered text."""

    CUT_FROM = "cut_from"  # drop everything from the first `text` on
    REPLACE = "replace"  # `text` becomes `replacement` everywhere
    STRIP = "strip"  # white space at both ends, and runs of spaces within


class MessageFilter(Struct, frozen=True, kw_only=True):
    """One change made to every rendered text of a campaign."""

    kind: FilterKind
    text: str = ""
    replacement: str = ""
