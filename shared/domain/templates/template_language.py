"""The part of Liquid a company may use: chosen tags and filters, a budget, no clock, no files."""

import re
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

from liquid import BoundTemplate, Environment, Mode, RenderContext, Undefined
from liquid.builtin import content, illegal, output
from liquid.builtin.tags import (
    assign_tag,
    capture_tag,
    case_tag,
    comment_tag,
    for_tag,
    if_tag,
    inline_comment_tag,
    unless_tag,
)
from liquid.exceptions import FilterArgumentError, ResourceLimitError
from liquid.utils import ReadOnlyChainMap

from shared.domain.errors import RollcallError

OUTPUT_BYTES = 200_000
LOOP_ITERATIONS = 100  # of all loops of one rendering together
FILTER_BUDGET = 20_000  # one per filter call and one per 100 characters a filter reads
GROWTH_CHARACTERS = 1_000_000  # the longest text one filter may build
LARGEST_NUMBER = 10**30

# What Liquid's own expressions keep for themselves; `{{ limit }}` is a syntax error there.
# fmt: off
RESERVED_WORDS = frozenset({
    "true", "false", "nil", "null", "empty", "blank", "and", "or", "contains", "not", "in",
    "offset", "limit", "reversed", "cols", "continue", "with", "for", "as", "if", "else", "required",
})
# fmt: on

_TAGS = (
    content.Literal,
    output.Output,
    illegal.Illegal,
    assign_tag.AssignTag,
    capture_tag.CaptureTag,
    case_tag.CaseTag,
    comment_tag.CommentTag,
    for_tag.ForTag,
    for_tag.BreakTag,
    for_tag.ContinueTag,
    if_tag.IfTag,
    inline_comment_tag.InlineCommentTag,
    unless_tag.UnlessTag,
)
# fmt: off
_FILTERS = (
    "abs", "append", "at_least", "at_most", "capitalize", "ceil", "default",
    "divided_by", "downcase", "escape", "first", "floor", "join", "last",
    "lstrip", "minus", "modulo", "newline_to_br", "plus", "prepend", "remove",
    "remove_first", "replace", "replace_first", "round", "rstrip", "size", "slice",
    "split", "squish", "strip", "strip_newlines", "times", "truncate", "truncatewords",
    "upcase", "url_encode",
)
# fmt: on
# strftime of C also takes widths ("%999999999d"); only plain directives may pass.
_DATE_FORMAT = re.compile(r"(?:[^%]|%-?[aAbBdejHIklmMpPSuwyYDFTR%])*")
_GROWING = frozenset({"join", "replace", "replace_first"})


class FieldMissing(RollcallError):
    """The row has no value for `field`, and the text does not say what to write instead."""

    def __init__(self, field: str) -> None:
        super().__init__(f"The row has no value for {field!r}, which the text needs.")
        self.field = field


class Missing(Undefined):
    """An absent field: false in `{% if %}`, replaced by `default`, refused wherever it would be written."""

    __slots__ = ()
    force_liquid_default = True

    def _refuse(self, *_: object) -> Any:  # stands in for methods of many types
        raise FieldMissing(self.name)

    __str__ = __int__ = __len__ = __iter__ = __getitem__ = __contains__ = __reversed__ = _refuse


class _Context(RenderContext):
    """Liquid's context without its clock (`now`, `today`), with a budget for loops and filters."""

    __slots__ = ("_filter_budget", "_iterations")

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # passed on as they are
        super().__init__(*args, **kwargs)
        self.scope = ReadOnlyChainMap(self.locals, self.globals)
        self._iterations = 0
        self._filter_budget = FILTER_BUDGET

    def raise_for_loop_limit(self, length: int = 1) -> None:
        """Count every iteration; Liquid's own limit looks at each nest of loops alone."""
        self._iterations += length
        if self._iterations > LOOP_ITERATIONS:
            raise ResourceLimitError(f"loops may run {LOOP_ITERATIONS} times in all", token=None)

    def spend_filter(self, value: object) -> None:
        """Take one filter call on `value` from the budget."""
        self._filter_budget -= 1 + (len(value) // 100 if isinstance(value, str | list) else 0)
        if self._filter_budget < 0:
            raise ResourceLimitError("the text takes too much computing", token=None)


class _Template(BoundTemplate):
    context_class = _Context


class _Environment(Environment):
    template_class = _Template
    block_nesting_limit = 10
    context_depth_limit = 15
    local_namespace_limit = 50_000
    output_stream_limit = OUTPUT_BYTES

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        """Register what is on our lists and nothing else: no include, no render, no files."""
        super().setup_tags_and_filters(extra=extra)
        self.tags = {tag.name: tag(self) for tag in _TAGS}
        self.filters = {name: _guarded(name, self.filters[name]) for name in _FILTERS}
        self.add_filter("date", _guarded("date", _format_date))


def _guarded(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """Let absent fields through to where they are written or defaulted, and bound what a call may cost."""
    extra_arguments = ("environment",) if getattr(function, "with_environment", False) else ()

    def guarded(value: object, *args: object, context: _Context, **kwargs: object) -> object:
        if isinstance(value, Missing) and name != "default":
            return value
        for argument in (*args, *kwargs.values()):
            if isinstance(argument, Missing) and name != "default":
                raise FieldMissing(argument.name)
        context.spend_filter(value)
        _check_growth(name, value, args)
        return function(value, *args, **kwargs, **dict.fromkeys(extra_arguments, context.env))

    guarded.with_context = True  # type: ignore[attr-defined]  # how Liquid asks for the context
    return guarded


def _check_growth(name: str, value: object, args: tuple[object, ...]) -> None:
    """Refuse before the work is done what would build a huge text or number."""
    if isinstance(value, int | float) and abs(value) > LARGEST_NUMBER:
        raise FilterArgumentError(f"{name}: the number is too large", token=None)
    if name in _GROWING and isinstance(value, str | list):
        longest = max((len(str(argument)) for argument in args), default=1)
        if len(value) * max(longest, 1) > GROWTH_CHARACTERS:
            raise FilterArgumentError(f"{name}: the text would grow too long", token=None)


def _format_date(value: object, pattern: object) -> str:
    """Liquid's `date` for the row's own dates and times, without its "now" and its guesses at texts."""
    if not isinstance(value, date | time | datetime):
        raise FilterArgumentError(
            f"date: {str(value)[:40]!r} is a text; give the column the type date, time or datetime",
            token=None,
        )
    if not isinstance(pattern, str) or len(pattern) > 100 or not _DATE_FORMAT.fullmatch(pattern):
        raise FilterArgumentError(f"date: {str(pattern)[:40]!r} is not a format such as '%B %-d'", token=None)
    return value.strftime(pattern)


ENVIRONMENT = _Environment(tolerance=Mode.STRICT, undefined=Missing, strict_filters=True, autoescape=False)
