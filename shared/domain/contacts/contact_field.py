"""A field of a company's own, and what it may hold."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import TypeVar

from msgspec import Struct

from shared.domain.channels.channel import all_channels
from shared.domain.contacts.contact import FieldValue
from shared.domain.errors import InvalidInput, Problem
from shared.domain.files.source import CONTACT, PERSON
from shared.domain.years import YEARS

D = TypeVar("D", bound=date)
FIELD_ID = r"^[a-z][a-z0-9_]{0,59}$"
MOST_FIELDS = 100
# What templates and segments call by these names is a contact's own.
TAKEN = frozenset(
    {
        "id",
        "name",
        "key",
        "language",
        "time_zone",
        "tags",
        "lists",
        "list_ids",
        "addresses",
        "address",
        "phone",
        "email",
        "created_at",
        "consent",
        PERSON,
        CONTACT,
    }
)
MOST_CHARACTERS = 1_000
MOST_NUMBER = 10**15  # beyond it a number of this kind is not exact
BORN = range(1850, YEARS.stop)  # dates are birthdays too
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


class FieldKind(StrEnum):
    """What a field holds."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    MOMENT = "moment"
    BOOLEAN = "boolean"


class ContactField(Struct, frozen=True, kw_only=True):
    """A field of a company's own. `id` is its name in templates and segments, `name` what people read."""

    id: str
    name: str
    kind: FieldKind
    created_at: datetime


class WrongValue(ValueError):
    """The value is none of the field's kind; the text says what it must be."""


def value_of(kind: FieldKind, value: object) -> FieldValue:
    """The value in the one form of its kind. Raises WrongValue."""
    match kind, value:
        case FieldKind.TEXT, str() if value and len(value) <= MOST_CHARACTERS:
            return value
        case FieldKind.BOOLEAN, bool():
            return value
        case FieldKind.NUMBER, int() | float() if not isinstance(value, bool):
            return _number(value)
        case FieldKind.DATE, str():
            return _day(value)
        case FieldKind.MOMENT, str():
            return _moment(value)
    raise WrongValue(_MUST[kind])


_MUST = {
    FieldKind.TEXT: f"must be a text of 1 to {MOST_CHARACTERS:,} characters",
    FieldKind.BOOLEAN: "must be true or false",
    FieldKind.NUMBER: f"must be a number between -{MOST_NUMBER:,} and {MOST_NUMBER:,}",
    FieldKind.DATE: "must be a date such as 2026-11-30",
    FieldKind.MOMENT: "must be a time with its offset, such as 2026-11-30T09:00:00-05:00",
}


def _number(value: int | float) -> int | float:
    if not -MOST_NUMBER <= value <= MOST_NUMBER:  # nor is a float that is no number
        raise WrongValue(_MUST[FieldKind.NUMBER])
    return int(value) if value == int(value) else value


def _day(text: str) -> str:
    try:
        day = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None:
        raise WrongValue(_MUST[FieldKind.DATE])
    return _in_range(day).isoformat()


def _moment(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise WrongValue(_MUST[FieldKind.MOMENT])
    return f"{_in_range(moment).astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _in_range(value: D) -> D:
    if value.year not in BORN:
        raise WrongValue(f"must be in the years {BORN.start} to {BORN.stop - 1}")
    return value


def check_field(field: ContactField) -> None:
    """Raises InvalidInput for a name that is taken."""
    if field.id in TAKEN or field.id in all_channels():
        raise InvalidInput.at("id", f"is taken: every contact has {field.id!r} of its own; choose another")


def check_values(
    values: Mapping[str, object], definitions: Mapping[str, ContactField]
) -> tuple[dict[str, FieldValue], list[Problem]]:
    """The values in their one form, and what is wrong with others; null takes a value away."""
    found, problems = {}, []
    for name, value in values.items():
        definition = definitions.get(name)
        if definition is None:
            reason = "is no field of yours; GET /v1/contact-fields lists them, and POST there defines one"
            problems.append(Problem(field=f"fields.{name}", reason=reason))
        elif value is not None:
            try:
                found[name] = value_of(definition.kind, value)
            except WrongValue as wrong:
                problems.append(Problem(field=f"fields.{name}", reason=str(wrong)))
    return found, problems
