"""Make the text of a message from a template and one row's values; an absent field fails that row."""

import re
from collections.abc import Mapping
from functools import lru_cache

from liquid.exceptions import LiquidError, LiquidTypeError
from markupsafe import escape
from msgspec import Struct

from shared.domain.errors import RollcallError
from shared.domain.templates.template_checks import TemplateInvalid, check_template, line_of
from shared.domain.templates.template_language import (
    ENVIRONMENT,
    HTML_ENVIRONMENT,
    OUTPUT_BYTES,
    RESERVED_WORDS,
    FieldMissing,
    LanguageTemplate,
)
from shared.domain.templates.values import NotComparable, render_values

__all__ = [
    "Compiled",
    "FieldMissing",
    "KindUnfit",
    "RenderFailed",
    "TemplateInvalid",
    "check_line",
    "compile_text",
    "fields_of",
    "render",
    "render_values",
]

TEMPLATE_CHARACTERS = 100_000
HTML_CHARACTERS = 160_000  # with its CSS in the tags
EXPRESSION_CHARACTERS = 1_000  # Liquid's lexer takes quadratic time on one expression
TAGS = 2_000  # fields and tags of one template: reading 16,000 takes a second

_OPENING = re.compile(r"\{\{|\{%")
_PLAIN_FIELD = re.compile(r"\s*([^\W\d]\w*)\s*")
_RAW_TAG = re.compile(r"-?\s*(raw|doc)\b")
# Everything a mail library or gateway may take for the end of a header line, and other control characters.
_LINE_BREAKING = re.compile("[\x00-\x08\x0a-\x1f\x7f\x85\u2028\u2029]")


class RenderFailed(RollcallError):
    """This row's values do not go with the template: the row's failure, said in `reason`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class KindUnfit(RenderFailed):
    """A value is of a kind that does not have what the template asks for: so will be every row's."""


class Compiled(Struct, frozen=True, kw_only=True, eq=False):
    """A checked template.

    `pieces` is the text cut at its fields — text, field, text, field, …, text — when it holds nothing
    but plain `{{ fields }}`: joining them is some 20 times faster than Liquid and gives the same.
    In HTML (`is_html`) every value is escaped where it is written.
    """

    fields: frozenset[str]
    liquid: LanguageTemplate
    pieces: tuple[str, ...] | None
    is_html: bool = False


@lru_cache(maxsize=1024)
def compile_text(text: str, language: str = "en", *, is_html: bool = False) -> Compiled:
    """Check and compile a template (cached). Raises TemplateInvalid with the reason and the line.

    Filters name days and months, and write amounts, in `language` (BCP 47, such as es-MX).
    """
    longest = HTML_CHARACTERS if is_html else TEMPLATE_CHARACTERS
    if len(text) > longest:
        raise TemplateInvalid(f"The text is longer than {longest:,} characters.")
    text = _with_plain_line_ends(text)
    pieces = _cut(text)
    try:
        template = (HTML_ENVIRONMENT if is_html else ENVIRONMENT).from_string(text)
        assert isinstance(template, LanguageTemplate)  # noqa: S101  # as the environment makes them
        template.language = language
        fields = check_template(template, text)
    except LiquidError as error:
        raise _invalid(error, text) from error
    except RecursionError as error:
        raise TemplateInvalid("The text is nested too deeply.") from error
    return Compiled(fields=fields, liquid=template, pieces=pieces, is_html=is_html)


def fields_of(compiled: Compiled) -> frozenset[str]:
    """The fields the template names, also those it can do without."""
    return compiled.fields


def render(compiled: Compiled, values: Mapping[str, object]) -> str:
    """The text for one row. `values` come from `render_values`.

    Raises FieldMissing when a field that is absent or empty would be written and is not guarded by
    `default` or `{% if %}`; RenderFailed when a value does not fit (no number, a result of more than
    OUTPUT_BYTES), KindUnfit when none of its kind would (text where a date is needed).
    """
    if compiled.pieces is None:
        return _render_liquid(compiled, values)
    parts = list(compiled.pieces)
    for index in range(1, len(parts), 2):
        value = values.get(parts[index])
        if _is_empty(value):
            raise FieldMissing(parts[index])
        parts[index] = str(escape(_text_of(value))) if compiled.is_html else _text_of(value)
    text = "".join(parts)
    if len(text) > OUTPUT_BYTES // 4 and len(text.encode()) > OUTPUT_BYTES:
        raise RenderFailed("The text is too long: output stream limit reached")
    return text


def check_line(text: str, what: str) -> str:
    """`text`, if it is fit for a subject or a sender's name; a line break there would forge headers.

    Raises RenderFailed. `what` names the place for the reason.
    """
    if _LINE_BREAKING.search(text):
        raise RenderFailed(f"The {what} holds a line break or another control character.")
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
    except (LiquidTypeError, NotComparable) as error:
        reason = error.message if isinstance(error, LiquidTypeError) else str(error)
        raise KindUnfit(f"The text cannot be made: {reason}") from error
    except LiquidError as error:
        raise RenderFailed(f"The text cannot be made: {error.message}") from error
    except (ArithmeticError, ValueError, RecursionError) as error:
        raise RenderFailed("The text cannot be made: a value is not a usable number or text") from error


def _cut(text: str) -> tuple[str, ...] | None:
    """Check every `{{ … }}` and `{% … %}` before Liquid sees it; the pieces, if all are plain fields."""
    pieces: list[str] | None = []
    end = line_end = count = 0
    line = 1
    while opening := _OPENING.search(text, end):
        line, line_end = line + text.count("\n", line_end, opening.start()), opening.start()
        count += 1
        if count > TAGS:
            raise TemplateInvalid(f"There are more than {TAGS:,} fields and tags.", line)
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


def _invalid(error: LiquidError, text: str) -> TemplateInvalid:
    reason = str(error.message or "not a Liquid template")
    if error.__cause__ is not None and isinstance(error.__cause__, RecursionError):
        reason = "nested too deeply"
    line = line_of(text, error.token.start_index) if error.token and error.token.start_index >= 0 else None
    return TemplateInvalid(f"{reason[:1].upper()}{reason[1:]}.", line)
