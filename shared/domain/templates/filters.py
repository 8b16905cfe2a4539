"""Change every rendered text of a campaign in the same way, after rendering and before dedupe."""

import re

from shared.domain.errors import Problem
from shared.domain.templates.message_filter import FilterKind, MessageFilter
from shared.domain.templates.rendering import RenderFailed
from shared.domain.templates.template_language import OUTPUT_BYTES

FILTERS = 20

_SPACES = re.compile(r"[^\S\n]{2,}")


def apply_filters(text: str, filters: tuple[MessageFilter, ...]) -> str:
    """`text` after each filter in turn. Letter case counts. Raises RenderFailed when it grows too long.

    The result may be empty (a text cut at its first word): the caller fails that row.
    """
    for item in filters:
        text = _apply(text, item)
    return text


def check_filters(filters: tuple[MessageFilter, ...]) -> tuple[Problem, ...]:
    """What is wrong with a campaign's filters, by field."""
    problems = [
        Problem(field=f"filters[{index}].text", reason="Say which text to look for.")
        for index, item in enumerate(filters)
        if item.kind is not FilterKind.STRIP and not item.text
    ]
    if len(filters) > FILTERS:
        problems.append(Problem(field="filters", reason=f"There may be {FILTERS} filters at most."))
    return tuple(problems)


def _apply(text: str, item: MessageFilter) -> str:
    if item.kind is FilterKind.STRIP:
        return _SPACES.sub(" ", text).strip()
    if not item.text:
        return text  # "" is found everywhere; `check_filters` refuses it when a campaign is saved
    if item.kind is FilterKind.CUT_FROM:
        return text.partition(item.text)[0]
    growth = text.count(item.text) * (len(item.replacement) - len(item.text))
    if len(text) + growth <= OUTPUT_BYTES:
        replaced = text.replace(item.text, item.replacement)
        if len(replaced) <= OUTPUT_BYTES // 4 or len(replaced.encode()) <= OUTPUT_BYTES:
            return replaced
    raise RenderFailed(f"The filter that replaces {item.text[:40]!r} makes the text too long.")
