"""What goes in and out: strict inputs that become records, outputs made from records."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time
from typing import Annotated, Any, ClassVar, Generic, Self, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
    field_validator,
)

from shared.domain.characters import control_in
from shared.domain.years import SHOWN_YEARS, YEARS


class Input(BaseModel):
    """A request's body, or a part of one. Fields it does not know are refused by name."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    record_type: ClassVar[Callable[..., Any] | None] = None  # what a part becomes

    @field_validator("*", mode="after")
    @classmethod
    def _without_controls(cls, value: Any) -> Any:
        """No text that comes in may hold control characters: it would be given out again."""
        for text in _texts_in(value):
            if found := control_in(text):
                raise ValueError(f"has the control character {found}; remove it")
        return value

    def given(self) -> dict[str, Any]:
        """The fields that were given, with their parts as records."""
        return {name: _record(getattr(self, name)) for name in self.model_fields_set}


LEFT_OUT: Any = None
"""The default of a field that may be left out of a change, but not be null."""


def _texts_in(value: Any) -> Iterator[str]:
    """The texts of a field, at any depth; its parts that are inputs look at their own."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from value
        for item in value.values():
            yield from _texts_in(item)
    elif isinstance(value, tuple | list):
        for item in value:
            yield from _texts_in(item)


def _of_one_line(text: str) -> str:
    if found := control_in(text, is_line=True):
        raise ValueError(f"has the control character {found}; remove it")
    return text


def _record(value: Any) -> Any:
    if isinstance(value, Input):
        make = type(value).record_type
        return value if make is None else make(**value.given())
    if isinstance(value, tuple):
        return tuple(_record(item) for item in value)
    return value


class Output(BaseModel):
    """An answer's body, or a part of one."""

    model_config = ConfigDict(from_attributes=True, frozen=True)

    @classmethod
    def of(cls, record: object, **beside: object) -> Self:
        """The record as it is shown: only the fields named here leave the house.

        `beside` are fields that the record has not by that name.
        """
        beside = {**cls.derived(record), **beside}
        if not beside:
            return cls.model_validate(record)
        own = {name: getattr(record, name) for name in cls.model_fields if name not in beside}
        return cls.model_validate(own | beside)

    @classmethod
    def derived(cls, record: Any) -> dict[str, object]:
        """Fields that are made out of the record, whose type the class of the answer knows."""
        return {}


T = TypeVar("T", bound=Output)


class Listed(Output, Generic[T]):
    """A page of a list. `next_cursor` leads to the next one; null at the end."""

    items: list[T]
    next_cursor: str | None = None


def _written_as(pattern: str, example: str) -> BeforeValidator:
    """Texts of one form only: pydantic would read digits as seconds since 1970, and take times for dates."""
    form = re.compile(pattern, re.ASCII)

    def check(value: object) -> object:
        if not isinstance(value, str) or not form.fullmatch(value):
            raise ValueError(f"must be written as {example}")  # pydantic collects ValueErrors
        return value

    return BeforeValidator(check)


def _in_range(value: date) -> Any:
    if value.year not in YEARS:
        raise ValueError(f"must be in the years {SHOWN_YEARS}")
    return value


def _without_offset(value: time | datetime) -> Any:
    if value.tzinfo is not None:
        raise ValueError("must be wall time, without an offset or Z; the time zone has its own field")
    return value


# What Firestore would refuse as an id ("__x__", "a/b") is none of ours either.
ItemId = Annotated[str, Field(pattern=r"^[A-Za-z0-9-][A-Za-z0-9_-]{0,63}$")]
_Line = AfterValidator(_of_one_line)
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), _Line]
FieldName = Annotated[str, StringConstraints(min_length=1, max_length=200), _Line]
_DAY, _TIME, _OFFSET = r"\d{4}-\d\d-\d\d", r"\d\d:\d\d(:\d\d(\.\d{1,6})?)?", r"(Z|z|[+-]\d\d:\d\d)"
_Wall, _Range = AfterValidator(_without_offset), AfterValidator(_in_range)
_WallTimeForm = _written_as(f"{_TIME}{_OFFSET}?", "a time such as 09:00")
_WallForm = _written_as(f"{_DAY}[Tt ]{_TIME}{_OFFSET}?", "a date and time such as 2026-11-30T09:00")
_DayForm = _written_as(_DAY, "a date such as 2026-11-30")
_MomentForm = _written_as(
    f"{_DAY}[Tt ]{_TIME}{_OFFSET}",
    "a time with its offset, such as 2026-11-30T09:00:00-05:00 or 2026-11-30T14:00:00Z",
)
# OpenAPI's formats "time" and "date-time" are of times with an offset, which wall times have not.
_ShownWallTime = WithJsonSchema({"type": "string", "pattern": f"^{_TIME}$", "examples": ["09:00"]})
_ShownWall = WithJsonSchema(
    {"type": "string", "pattern": f"^{_DAY}T{_TIME}$", "examples": ["2026-11-30T09:00"]}
)
WallTime = Annotated[time, _WallTimeForm, _Wall, _ShownWallTime]
WallDateTime = Annotated[datetime, _WallForm, _Wall, _Range, _ShownWall]
WallTimeShown = Annotated[time, _ShownWallTime]
WallDateTimeShown = Annotated[datetime, _ShownWall]
Day = Annotated[date, _DayForm, _Range]
Moment = Annotated[AwareDatetime, _MomentForm, _Range]
