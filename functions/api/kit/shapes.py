"""What goes in and out: strict inputs that become records, outputs made from records."""

from collections.abc import Callable
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
)


class Input(BaseModel):
    """A request's body, or a part of one. Fields it does not know are refused by name."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    record_type: ClassVar[Callable[..., Any] | None] = None  # what a part becomes

    def given(self) -> dict[str, Any]:
        """The fields that were given, with their parts as records."""
        return {name: _record(getattr(self, name)) for name in self.model_fields_set}


LEFT_OUT: Any = None
"""The default of a field that may be left out of a change, but not be null."""


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
        if not beside:
            return cls.model_validate(record)
        own = {name: getattr(record, name) for name in cls.model_fields if name not in beside}
        return cls.model_validate(own | beside)


T = TypeVar("T", bound=Output)


class Listed(Output, Generic[T]):
    """A page of a list. `next_cursor` leads to the next one; null at the end."""

    items: list[T]
    next_cursor: str | None = None


def _text_only(value: object) -> object:
    """Pydantic would read a number as seconds since 1970."""
    if not isinstance(value, str):
        raise ValueError("must be a text")  # pydantic collects ValueErrors
    return value


def _without_offset(value: time | datetime) -> Any:
    if value.tzinfo is not None:
        raise ValueError("must be wall time, without an offset or Z; the time zone has its own field")
    return value


# What Firestore would refuse as an id ("__x__", "a/b") is none of ours either.
ItemId = Annotated[str, Field(pattern=r"^[A-Za-z0-9-][A-Za-z0-9_-]{0,63}$")]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
FieldName = Annotated[str, StringConstraints(min_length=1, max_length=200)]
WallTime = Annotated[time, BeforeValidator(_text_only), AfterValidator(_without_offset)]
WallDateTime = Annotated[datetime, BeforeValidator(_text_only), AfterValidator(_without_offset)]
Day = Annotated[date, BeforeValidator(_text_only)]
Moment = Annotated[AwareDatetime, BeforeValidator(_text_only)]
