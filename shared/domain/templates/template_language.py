"""The part of Liquid a company may use: chosen tags and filters, a budget, no clock, no files."""

from collections.abc import Callable, Mapping
from datetime import date, time
from types import MappingProxyType
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
from shared.domain.templates.language_filters import format_date, format_money
from shared.domain.templates.number_filters import NUMBER_FILTERS
from shared.domain.templates.text_filters import TEXT_FILTERS
from shared.domain.templates.values import Number

OUTPUT_BYTES = 200_000
LOOP_ITERATIONS = 100  # of all loops of one rendering together
FILTER_BUDGET = 20_000  # one per filter call and one per 100 characters a filter reads
GROWTH_CHARACTERS = 1_000_000  # the longest text one filter may build

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
_FILTERS = (  # those of Liquid that do as they say; the others are ours (findings/liquid-filters.sh)
    "append", "capitalize", "downcase", "escape", "first", "join", "last", "lstrip",
    "newline_to_br", "prepend", "remove", "remove_first", "replace", "replace_first", "rstrip", "size",
    "slice", "squish", "strip", "strip_newlines", "upcase", "url_encode",
)
# fmt: on
LANGUAGE_FILTERS: Mapping[str, Callable[..., str]] = MappingProxyType(
    {"date": format_date, "money": format_money}
)
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


class LanguageTemplate(BoundTemplate):
    """A template that knows in which language its days, months and amounts are written."""

    context_class = _Context
    language = "en"


class _Environment(Environment):
    template_class = LanguageTemplate
    block_nesting_limit = 10
    context_depth_limit = 15
    local_namespace_limit = 50_000
    output_stream_limit = OUTPUT_BYTES

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        """Register what is on our lists and nothing else: no include, no render, no files."""
        super().setup_tags_and_filters(extra=extra)
        self.tags = {tag.name: tag(self) for tag in _TAGS}
        kept = {name: _guarded(name, _of_text(self.filters[name])) for name in _FILTERS}
        self.filters = kept | {"default": _guarded("default", self.filters["default"])}
        for name, function in {**NUMBER_FILTERS, **LANGUAGE_FILTERS}.items():
            self.add_filter(name, _guarded(name, function))
        for name, function in TEXT_FILTERS.items():
            self.add_filter(name, _guarded(name, _of_text(function)))


def _of_text(function: Callable[..., Any]) -> Callable[..., Any]:
    """The filter on a value as it is written; lists stay as they are."""

    def of_text(value: object, *args: object, **kwargs: object) -> Any:
        if isinstance(value, bool):
            value = str(value).lower()
        elif isinstance(value, date | time | Number | int | float):
            value = str(value)
        return function(value, *args, **kwargs)

    of_text.with_environment = getattr(function, "with_environment", False)  # type: ignore[attr-defined]
    return of_text


def _guarded(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """Let absent fields through to where they are written or defaulted, and bound what a call may cost."""
    needs_environment = getattr(function, "with_environment", False)

    def guarded(value: object, *args: object, context: _Context, **kwargs: object) -> object:
        if isinstance(value, Missing) and name != "default":
            return value
        for argument in (*args, *kwargs.values()):
            if isinstance(argument, Missing) and name != "default":
                raise FieldMissing(argument.name)
        context.spend_filter(value)
        _check_growth(name, value, args)
        if needs_environment:
            kwargs["environment"] = context.env
        if name in LANGUAGE_FILTERS:
            kwargs["language"] = getattr(context.template, "language", "en")
        return function(value, *args, **kwargs)

    guarded.with_context = True  # type: ignore[attr-defined]  # how Liquid asks for the context
    return guarded


def _check_growth(name: str, value: object, args: tuple[object, ...]) -> None:
    """Refuse before the work is done what would build a huge text."""
    if name in _GROWING and isinstance(value, str | list):
        longest = max((len(str(argument)) for argument in args), default=1)
        if len(value) * max(longest, 1) > GROWTH_CHARACTERS:
            raise FilterArgumentError(f"{name}: the text would grow too long", token=None)


ENVIRONMENT = _Environment(tolerance=Mode.STRICT, undefined=Missing, strict_filters=True, autoescape=False)
# Of HTML: every value is escaped where it is written, and no filter says otherwise.
HTML_ENVIRONMENT = _Environment(
    tolerance=Mode.STRICT, undefined=Missing, strict_filters=True, autoescape=True
)
