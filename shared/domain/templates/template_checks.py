"""What is wrong with a template, found when it is saved, or when it meets the columns of a source."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from liquid import RenderContext
from liquid.ast import Node
from liquid.builtin.expressions import Filter, FilteredExpression, Literal, Path
from liquid.builtin.expressions.primitive import Blank, Empty, RangeLiteral
from liquid.exceptions import FilterArgumentError, LiquidTypeError
from liquid.expression import Expression

from shared.domain.errors import RollcallError
from shared.domain.files.source import FieldType
from shared.domain.templates.number_filters import NUMBER_FILTERS
from shared.domain.templates.template_language import ENVIRONMENT, FieldMissing, LanguageTemplate
from shared.domain.templates.values import Moment, Number, is_comparable

# What a filter's arguments are tried on, before there is a row.
_PROBES: Mapping[str, object] = {
    **dict.fromkeys(NUMBER_FILTERS, Number(1)),
    "money": Number(1),
    "date": Moment(2026, 11, 30, 14, 30),
}
_COMPARED_WITH: Mapping[FieldType, str] = {
    FieldType.BOOLEAN: "is true or false: write {{% if {0} %}}, or compare it with true or false, unquoted",
    FieldType.NUMBER: "is a number: compare it with a number such as 5 or 12.50",
    FieldType.DATE: "is a date: compare it with one such as '2026-11-30'",
    FieldType.DATETIME: "is a date and time: compare it with one such as '2026-11-30 14:30' or '2026-11-30'",
    FieldType.TIME: "is a time: compare it with one such as '14:30'",
}
_COMPARED_TEXT = "is a text: compare it with a text in quotes, or give its column the type number"


class TemplateInvalid(RollcallError):
    """The text is not a template. `line` counts from 1; None when the fault is of the whole."""

    def __init__(self, reason: str, line: int | None = None) -> None:
        super().__init__(reason if line is None else f"Line {line}: {reason}")
        self.reason = reason
        self.line = line


def check_template(template: LanguageTemplate, text: str) -> frozenset[str]:
    """The template's fields. Raises TemplateInvalid for what Liquid would let pass until it renders."""
    analysis = template.analyze(include_partials=False)
    for name, spans in analysis.filters.items():
        if name not in ENVIRONMENT.filters:
            near = get_close_matches(name, ENVIRONMENT.filters, n=2)
            instead = f" Did you mean {' or '.join(near)}?" if near else ""
            raise TemplateInvalid(f"There is no filter {name!r}.{instead}", line_of(text, spans[0].index))
    for variables in analysis.globals.values():
        for variable in variables:
            if len(variable.segments) > 1:
                raise TemplateInvalid(f"There is no field {variable}.", line_of(text, variable.span.index))
    context = template.context_class(template)
    for node, expression in _expressions(template, context):
        reason = _fault_of(expression, context)
        if reason is not None:
            raise TemplateInvalid(reason, line_of(text, node.token.start_index))
    return frozenset(str(name) for name in analysis.globals)


def comparison_faults(template: LanguageTemplate, types: Mapping[str, FieldType]) -> Iterator[str]:
    """Fields that are compared with what no value of their column can be: the text would always be wrong."""
    assigned = {str(name) for name in template.analyze(include_partials=False).locals}
    for _, expression in _expressions(template, template.context_class(template)):
        for field, literal in _comparisons(expression):
            kind = types.get(field)
            if kind is None or field in assigned or is_comparable(kind, literal):
                continue
            yield f"{field!r} {_COMPARED_WITH.get(kind, _COMPARED_TEXT).format(field)}, not with {literal!r}"


def line_of(text: str, index: int) -> int:
    """The line of `text`, from 1, in which the character at `index` is."""
    return text.count("\n", 0, index) + 1


def _fault_of(expression: Expression, context: RenderContext) -> str | None:
    if isinstance(expression, RangeLiteral):
        # Liquid would build "(1..9999999999)" in memory before it looks at any limit.
        return "Ranges such as (1..9) are not available."
    if isinstance(expression, Blank | Empty):
        # Liquid does not count an absent field as blank, so the text would be wrong without a word.
        return "Write {% if field %} or {% unless field %}: an empty field counts as absent."
    if isinstance(expression, FilteredExpression):
        return _filter_fault(expression, context)
    return None


def _filter_fault(expression: FilteredExpression, context: RenderContext) -> str | None:
    """The first filter that could take no row's value, or whose value stands in the text and is no good."""
    for number, found in enumerate(expression.filters or ()):
        if not all(isinstance(argument.value, Literal) for argument in found.args):
            continue
        is_first = number == 0 and isinstance(expression.left, Literal)
        probe = expression.left.evaluate(context) if is_first else _PROBES.get(found.name, "x")
        if (reason := _refusal(found, probe, context)) is not None:
            return f"{reason[:1].upper()}{reason[1:]}."
    return None


def _refusal(found: Filter, probe: object, context: RenderContext) -> str | None:
    try:
        found.evaluate(probe, context)
    except (FilterArgumentError, LiquidTypeError) as error:
        return str(error.message)
    except FieldMissing:
        return None
    return None


def _comparisons(expression: Expression) -> Iterator[tuple[str, object]]:
    """The fields that `expression` sets against literals, each with the literal's value."""
    left, right = getattr(expression, "left", None), getattr(expression, "right", None)
    others = [right] if right is not None else getattr(expression, "expressions", [])  # of {% when %}
    for one, other in [(left, other) for other in others] + [(other, left) for other in others]:
        if isinstance(one, Path) and len(one.path) == 1 and isinstance(other, Literal):
            yield str(one.path[0]), other.value


def _expressions(template: LanguageTemplate, context: RenderContext) -> Iterator[tuple[Node, Expression]]:
    """All expressions at any depth, each with its node."""
    nodes = list(template.nodes)
    while nodes:
        node = nodes.pop(0)
        waiting = list(node.expressions())
        while waiting:
            expression = waiting.pop()
            yield node, expression
            waiting.extend(expression.children())
        nodes[:0] = node.children(context, include_partials=False)
