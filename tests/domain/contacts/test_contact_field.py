"""What fields of a company's own may hold."""

import math

import pytest

from shared.domain.contacts.contact import FieldValue
from shared.domain.contacts.contact_field import (
    ContactField,
    FieldKind,
    WrongValue,
    check_field,
    check_values,
    value_of,
)
from shared.domain.errors import InvalidInput
from tests.kit.builders import NOON


@pytest.mark.parametrize(
    ("kind", "value", "stored"),
    [
        ("text", "gold", "gold"),
        ("number", 3, 3),
        ("number", 3.0, 3),
        ("number", -0.5, -0.5),
        ("boolean", False, False),
        ("date", "2028-02-29", "2028-02-29"),
        ("moment", "2026-11-30T09:00:00-05:00", "2026-11-30T14:00:00Z"),
        ("moment", "2026-11-30T14:00:00Z", "2026-11-30T14:00:00Z"),
    ],
)
def test_values_get_the_one_form_of_their_kind(kind: str, value: object, stored: FieldValue) -> None:
    found = value_of(FieldKind(kind), value)
    assert (found, type(found)) == (stored, type(stored))
    assert value_of(FieldKind(kind), found) == found


@pytest.mark.parametrize(
    ("kind", "value", "reason"),
    [
        ("text", "", "1 to 1,000 characters"),
        ("text", "x" * 1001, "1 to 1,000 characters"),
        ("text", 3, "a text"),
        ("number", "3", "a number"),
        ("number", True, "a number"),
        ("number", math.nan, "a number"),
        ("number", math.inf, "a number"),
        ("number", 10**15 + 1, "between -1,000,000,000,000,000"),
        ("boolean", 1, "true or false"),
        ("date", "2027-02-29", "such as 2026-11-30"),
        ("date", "20261130", "such as 2026-11-30"),
        ("date", "1849-12-31", "in the years 1850 to 2199"),
        ("moment", "2026-11-30T09:00:00", "with its offset"),
        ("moment", "2026-11-30", "with its offset"),
    ],
)
def test_other_values_are_refused(kind: str, value: object, reason: str) -> None:
    with pytest.raises(WrongValue, match=reason):
        value_of(FieldKind(kind), value)


def test_all_that_is_wrong_is_named_and_null_takes_away() -> None:
    level = ContactField(id="level", name="Level", kind=FieldKind.NUMBER, created_at=NOON)
    found, problems = check_values({"level": "x", "other": 1}, {"level": level})
    assert found == {}
    assert [one.field for one in problems] == ["fields.level", "fields.other"]
    assert check_values({"level": None}, {"level": level}) == ({}, [])
    assert check_values({"level": 2}, {"level": level}) == ({"level": 2}, [])


def test_a_field_is_not_called_as_what_every_contact_has() -> None:
    with pytest.raises(InvalidInput, match="is taken"):
        check_field(ContactField(id="name", name="Name", kind=FieldKind.TEXT, created_at=NOON))
