"""The sides of a text's conditions: for each way through them that some row takes, the first such row.

A sign that no text has is put behind each tag that begins a side. Which of them a row's text holds tells
which way it took; what is shown is rendered from the text as it stands.
"""

import re
from collections.abc import Callable, Iterable

from shared.domain.files.file import Row

LOOKED_AT = 200  # rows
MOST_SIDES = 4
_FIRST_SIGN, _SIGNS = 0xE000, 200  # for private use: https://www.unicode.org/faq/private_use.html
_TAG = re.compile(r"\{%-?\s*(?:if|unless|elsif|else|when)\b.*?%\}", re.DOTALL)


def has_sides(text: str) -> bool:
    """Whether what somebody gets depends on a condition."""
    return _TAG.search(text) is not None


def marked(text: str) -> str:
    """The text with a sign behind each tag that begins a side."""
    count = 0

    def with_sign(tag: re.Match[str]) -> str:
        nonlocal count
        count += 1
        return f"{tag[0]}{chr(_FIRST_SIGN + count % _SIGNS)}"

    return _TAG.sub(with_sign, text)


def way_of(rendered: str) -> frozenset[str]:
    """Which sides a marked text took."""
    return frozenset(sign for sign in rendered if _FIRST_SIGN <= ord(sign) < _FIRST_SIGN + _SIGNS)


def row_of_each_way(rows: Iterable[Row], rendered: Callable[[Row], str | None]) -> list[Row]:
    """The first row of each way, in the rows' order. `rendered` is None for a row that has no text."""
    found: dict[frozenset[str], Row] = {}
    for row in rows:
        text = rendered(row)
        if text is not None:
            found.setdefault(way_of(text), row)
        if len(found) == MOST_SIDES:
            break
    return list(found.values())
