"""What row filters look like going in and out: those of sources, and those of campaigns."""

from collections.abc import Callable
from typing import Annotated, Any, ClassVar

from pydantic import Field, StrictBool, StrictFloat, StrictInt, StringConstraints

from functions.api.kit.shapes import FieldName, Input, Output
from shared.domain.files.row_filter import ConditionTest, Match, RowCondition, RowFilter

_Text = Annotated[str, StringConstraints(max_length=200)]
_Value = _Text | StrictBool | StrictInt | Annotated[StrictFloat, Field(allow_inf_nan=False)]


def as_text(value: object) -> str | None:
    """A value as texts are compared: true and false, and numbers as plain decimals."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)


def _condition(
    test: ConditionTest, value: object = None, values: tuple[object, ...] = (), **named: Any
) -> RowCondition:
    texts = tuple(text for one in values if (text := as_text(one)) is not None)
    return RowCondition(test=test, value=as_text(value), values=texts, **named)


class _AskedInput(Input):
    record_type: ClassVar[Callable[..., Any] | None] = _condition
    test: ConditionTest
    value: _Value | None = None
    values: Annotated[tuple[_Value, ...], Field(max_length=100)] = ()


class ConditionInput(_AskedInput):
    """What is asked of a field of the row. `values` go with is_one_of and is_none_of, `value` with others.

    For dates, `today`, `today+3` and `today-1` are values too.
    """

    field: FieldName


class SourceConditionInput(_AskedInput):
    """The same of one `field`, or of one `column` of the file, which need not be mapped and is a text."""

    field: FieldName | None = None
    column: FieldName | None = None


class _FilterInput(Input):
    record_type: ClassVar[Callable[..., Any] | None] = RowFilter
    match: Match = Match.ALL


class RowFilterInput(_FilterInput):
    """Rows that meet `all` of the conditions, or `any`. Texts are compared without case."""

    conditions: Annotated[tuple[ConditionInput, ...], Field(min_length=1, max_length=20)]


class SourceRowFilterInput(_FilterInput):
    """The same, also of columns of the file."""

    conditions: Annotated[tuple[SourceConditionInput, ...], Field(min_length=1, max_length=20)]


class _AskedOutput(Output):
    test: ConditionTest
    value: str | None
    values: tuple[str, ...]


class ConditionOutput(_AskedOutput):
    """What is asked of a field."""

    field: str


class SourceConditionOutput(_AskedOutput):
    """What is asked of a field, or of a column of the file."""

    field: str | None
    column: str | None


class _FilterOutput(Output):
    match: Match


class RowFilterOutput(_FilterOutput):
    """Rows that meet all of the conditions, or any."""

    conditions: tuple[ConditionOutput, ...]


class SourceRowFilterOutput(_FilterOutput):
    """Rows that meet all of the conditions, or any."""

    conditions: tuple[SourceConditionOutput, ...]
