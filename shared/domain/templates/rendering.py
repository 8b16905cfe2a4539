"""Make the text of a message from a template and one row's values; an absent field fails that row."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

from liquid import BoundTemplate, RenderContext
from liquid.ast import Node
from liquid.builtin.expressions.primitive import Blank, Empty, RangeLiteral
from liquid.exceptions import LiquidError
from liquid.expression import Expression

from shared.domain.errors import RollcallError
from shared.domain.files.source import FieldType
from shared.domain.templates.template_language import ENVIRONMENT, OUTPUT_BYTES, RESERVED_WORDS, FieldMissing

__all__ = [
    "Compiled",
    "FieldMissing",
    "RenderFailed",
    "TemplateInvalid",
    "check_line",
    "compile_text",
    "fields_of",
    "render",
    "render_values",
]

TEMPLATE_CHARACTERS = 100_000
EXPRESSION_CHARACTERS = 1_000  # Liquid's lexer takes quadratic time on one expression

_OPENING = re.compile(r"\{\{|\{%")
_PLAIN_FIELD = re.compile(r"\s*([^\W\d]\w*)\s*")
_RAW_TAG = re.compile(r"-?\s*(raw|doc)\b")
# Everything a mail library or gateway may take for the end of a header line, and other control characters.
_LINE_BREAKING = re.compile("[\x00-\x08\x0a-\x1f\x7f\x85\u2028\u2029]")


class TemplateInvalid(RollcallError):
    """The text is not a template. `line` counts from 1; None when the fault is of the whole."""

    def __init__(self, reason: str, line: int | None = None) -> None:
        super().__init__(reason if line is None else f"Line {line}: {reason}")
        self.reason = reason
        self.line = line


class RenderFailed(RollcallError):
    """This row's values do not go with the template: the row's failure, said in `reason`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Compiled:
    """A checked template.

    `pieces` is the text cut at its fields — text, field, text, field, …, text — when it holds nothing
    but plain `{{ fields }}`: joining them is some 20 times faster than Liquid and gives the same.
    """

    fields: frozenset[str]
    liquid: BoundTemplate
    pieces: tuple[str, ...] | None


@lru_cache(maxsize=1024)
def compile_text(text: str) -> Compiled:
    """Check and compile a template (cached). Raises TemplateInvalid with the reason and the line."""
    if len(text) > TEMPLATE_CHARACTERS:
        raise TemplateInvalid(f"The text is longer than {TEMPLATE_CHARACTERS} characters.")
    text = _with_plain_line_ends(text)
    pieces = _cut(text)
    try:
        template = ENVIRONMENT.from_string(text)
        fields = _check(template, text)
    except LiquidError as error:
        raise _invalid(error, text) from error
    except RecursionError as error:
        raise TemplateInvalid("The text is nested too deeply.") from error
    return Compiled(fields=fields, liquid=template, pieces=pieces)


def fields_of(compiled: Compiled) -> frozenset[str]:
    """The fields the template names, also those it can do without."""
    return compiled.fields


def render(compiled: Compiled, values: Mapping[str, object]) -> str:
    """The text for one row. `values` come from `render_values`.

    Raises FieldMissing when a field that is absent or empty would be written and is not guarded by
    `default` or `{% if %}`; RenderFailed when a value does not fit (text where a date is needed, no
    number, a result of more than OUTPUT_BYTES).
    """
    if compiled.pieces is None:
        return _render_liquid(compiled, values)
    parts = list(compiled.pieces)
    for index in range(1, len(parts), 2):
        value = values.get(parts[index])
        if _is_empty(value):
            raise FieldMissing(parts[index])
        parts[index] = _text_of(value)
    text = "".join(parts)
    if len(text) > OUTPUT_BYTES // 4 and len(text.encode()) > OUTPUT_BYTES:
        raise RenderFailed("The text is too long: output stream limit reached")
    return text


def render_values(
    row_values: Mapping[str, str], types: Mapping[str, FieldType], time_zone: str | None = None
) -> dict[str, object]:
    """A row's values as templates see them: dates and times as such, all else as text.

    A datetime with an offset is shown in `time_zone` (IANA) when one is given, else as it stands.
    """
    return {field: _read(text, types.get(field), time_zone) for field, text in row_values.items()}


def check_line(text: str, what: str) -> str:
    """`text`, if it is fit for a subject or a sender's name; a line break there would forge headers.

    Raises RenderFailed. `what` names the place for the reason.
    """
    if _LINE_BREAKING.search(text):
        raise RenderFailed(f"The {what} holds a line break or another control character.")
    return text


class _ReadableDateTime(datetime):
    def __str__(self) -> str:
        return self.strftime("%Y-%m-%d %H:%M")


class _ReadableTime(time):
    def __str__(self) -> str:
        return self.strftime("%H:%M")


def _read(text: str, field_type: FieldType | None, time_zone: str | None) -> object:
    try:
        if field_type is FieldType.DATE:
            return date.fromisoformat(text)
        if field_type is FieldType.TIME:
            return _ReadableTime.fromisoformat(text)
        if field_type is FieldType.DATETIME:
            moment = _ReadableDateTime.fromisoformat(text)
            return moment.astimezone(ZoneInfo(time_zone)) if time_zone and moment.tzinfo else moment
    except ValueError:
        return text  # an older file, loaded when the column had another type
    return text


def _with_plain_line_ends(text: str) -> str:
    """`text` with line feeds only: Liquid's output would turn carriage returns into them anyway."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _is_empty(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _text_of(value: object) -> str:
    """As Liquid writes a value."""
    if isinstance(value, str):
        return _with_plain_line_ends(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _render_liquid(compiled: Compiled, values: Mapping[str, object]) -> str:
    present = {field: values[field] for field in compiled.fields if not _is_empty(values.get(field))}
    present = {
        field: _text_of(value) if isinstance(value, str) else value for field, value in present.items()
    }
    try:
        return compiled.liquid.render(present)
    except LiquidError as error:
        raise RenderFailed(f"The text cannot be made: {error.message}") from error
    except (ArithmeticError, ValueError, RecursionError) as error:
        raise RenderFailed("The text cannot be made: a value is not a usable number or text") from error


def _cut(text: str) -> tuple[str, ...] | None:
    """Check every `{{ … }}` and `{% … %}` before Liquid sees it; the pieces, if all are plain fields."""
    pieces: list[str] | None = []
    end = 0
    while opening := _OPENING.search(text, end):
        line = _line(text, opening.start())
        closing = "}}" if opening.group() == "{{" else "%}"
        close = text.find(closing, opening.end())
        if close < 0:
            raise TemplateInvalid(f"{opening.group()} is not closed by {closing}.", line)
        inner = text[opening.end() : close]
        _check_expression(inner, line)
        field = _PLAIN_FIELD.fullmatch(inner) if closing == "}}" else None
        if pieces is not None and field and field[1] not in RESERVED_WORDS:
            pieces += (text[end : opening.start()], field[1])
        else:
            pieces = None
        end = close + 2
    return None if pieces is None else (*pieces, text[end:])


def _check_expression(inner: str, line: int) -> None:
    if len(inner) > EXPRESSION_CHARACTERS:
        raise TemplateInvalid(f"An expression is longer than {EXPRESSION_CHARACTERS} characters.", line)
    if not inner.strip(" \t\r\n-"):
        raise TemplateInvalid("There is no field between the braces.", line)
    if raw := _RAW_TAG.match(inner):
        raise TemplateInvalid(f"There is no tag {raw[1]!r}.", line)


def _check(template: BoundTemplate, text: str) -> frozenset[str]:
    """The template's fields. Raises TemplateInvalid for what Liquid would let pass until it renders."""
    analysis = template.analyze(include_partials=False)
    for name, spans in analysis.filters.items():
        if name not in ENVIRONMENT.filters:
            raise TemplateInvalid(f"There is no filter {name!r}.", _line(text, spans[0].index))
    for variables in analysis.globals.values():
        for variable in variables:
            if len(variable.segments) > 1:
                raise TemplateInvalid(f"There is no field {variable}.", _line(text, variable.span.index))
    context = RenderContext(template)
    for node in template.nodes:
        for expression in _expressions(node, context):
            if isinstance(expression, RangeLiteral):
                # Liquid would build "(1..9999999999)" in memory before it looks at any limit.
                raise TemplateInvalid(
                    "Ranges such as (1..9) are not available.", _line(text, node.token.start_index)
                )
            if isinstance(expression, Blank | Empty):
                # Liquid does not count an absent field as blank, so the text would be wrong without a word.
                reason = "Write {% if field %} or {% unless field %}: an empty field counts as absent."
                raise TemplateInvalid(reason, _line(text, node.token.start_index))
    return frozenset(str(name) for name in analysis.globals)


def _invalid(error: LiquidError, text: str) -> TemplateInvalid:
    reason = str(error.message or "not a Liquid template")
    if error.__cause__ is not None and isinstance(error.__cause__, RecursionError):
        reason = "nested too deeply"
    line = _line(text, error.token.start_index) if error.token and error.token.start_index >= 0 else None
    return TemplateInvalid(f"{reason[:1].upper()}{reason[1:]}.", line)


def _line(text: str, index: int) -> int:
    return text.count("\n", 0, index) + 1


def _expressions(node: Node, context: RenderContext) -> Iterator[Expression]:
    """All expressions under `node`, at any depth."""
    waiting = list(node.expressions())
    while waiting:
        expression = waiting.pop()
        yield expression
        waiting.extend(expression.children())
    for child in node.children(context, include_partials=False):
        yield from _expressions(child, context)
