"""Whether who refuses is nobody who was asked for: "neither Ana nor Ben lives here", "wrong Ana"."""

import re
from collections.abc import Collection
from functools import cache

from shared.domain.replies.heard import Heard
from shared.domain.replies.lexicon import machines_of

_NAME = "NAME"  # stands for every name in the expressions
_LISTED = re.compile(rf"{_NAME}(?: (?:and|or|nor|y|o|ni|et|ou|e|nem|{_NAME}))* {_NAME}")


def disowns_names(heard: Heard, names: Collection[str]) -> bool:
    """Whether a part says that nobody of these names is there, or that the person is none of them."""
    said: dict[int, list[str]] = {}
    for token in heard.tokens:
        said.setdefault(token.part, []).append(_NAME if token.text in names else token.text)
    strange = _strange(heard.language)
    return any(_NAME in one and strange.search(_LISTED.sub(_NAME, " ".join(one))) for one in said.values())


@cache
def _strange(language: str) -> re.Pattern[str]:
    whole = "|".join(f"(?:{one})" for one in machines_of(language)["strangers"])
    return re.compile(rf"\b(?:{whole})\b")
