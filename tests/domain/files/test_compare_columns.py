"""Columns that hold something else than before: swapped, moved, or of another kind."""

from collections.abc import Mapping, Sequence

import pytest

from shared.domain.files.compare_columns import compare_columns
from shared.domain.files.finding import ColumnChange, Finding, FindingCode, Severity
from shared.domain.files.profile import EarlierColumns, Profile, sampled_columns
from shared.domain.files.row_sketch import RowSketch
from shared.domain.files.source import ColumnMapping, FieldType

NAME = ColumnMapping(column="Name", field="name")
DOCTOR = ColumnMapping(column="Doctor", field="doctor")
PHONE = ColumnMapping(column="Phone", field="phone", type=FieldType.PHONE)
EMAIL = ColumnMapping(column="Email", field="email", type=FieldType.EMAIL)
AMOUNT = ColumnMapping(column="Amount", field="amount", type=FieldType.NUMBER)
DAY = ColumnMapping(column="Day", field="day", type=FieldType.DATE)

PHONES = [f"(212) 555-01{n}" for n in range(10, 20)]
EMAILS = [f"p{n}@patients.example" for n in range(10)]
PEOPLE = ["Ana", "Ben", "Cy", "Dee", "Eve", "Fay", "Gus", "Hal", "Ida", "Joe"]
DOCTORS = ["Dr Lee", "Dr Kim", "Dr Vega"] * 3
DAYS = [f"06/1{n}/2027" for n in range(10)]


def columns_of(**columns: Sequence[str]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    length = max(map(len, columns.values()))
    rows = [tuple(cells[n] if n < len(cells) else "" for cells in columns.values()) for n in range(length)]
    return tuple(columns), rows


def earlier(mapped: Sequence[ColumnMapping], **columns: Sequence[str]) -> EarlierColumns:
    return EarlierColumns(
        Profile(
            row_count=10,
            rejected_count=0,
            marked_count=0,
            day=1,
            columns=sampled_columns(*columns_of(**columns)),
            days={},
            rows=RowSketch(),
            fields={one.field: one.column for one in mapped},
        )
    )


def findings(
    mapped: Sequence[ColumnMapping],
    now: Mapping[str, Sequence[str]],
    before: Mapping[str, Sequence[str]] | None = None,
) -> list[Finding]:
    old = [] if before is None else [earlier(mapped, **before)]
    found = list(compare_columns(mapped, sampled_columns(*columns_of(**now)), old))
    assert all(one.to_do for one in found)
    return found


def codes(
    mapped: Sequence[ColumnMapping],
    now: Mapping[str, Sequence[str]],
    before: Mapping[str, Sequence[str]] | None = None,
) -> list[tuple[FindingCode, tuple[str, ...]]]:
    found = findings(mapped, now, before)
    return [(one.code, one.columns) for one in found if one.code is not FindingCode.ADDRESSES_UNCHECKED]


SWAPPED, CHANGED = FindingCode.COLUMNS_SWAPPED, FindingCode.VALUES_CHANGED


def test_columns_as_they_were_say_nothing() -> None:
    now = {"Name": PEOPLE, "Phone": PHONES, "Email": EMAILS}
    assert codes([NAME, PHONE, EMAIL], now, now) == codes([NAME, PHONE, EMAIL], now) == []


def test_two_columns_that_hold_what_belongs_into_the_other() -> None:
    (finding,) = findings([PHONE, EMAIL], {"Phone": EMAILS, "Email": PHONES})
    assert (finding.code, finding.severity, finding.columns) == (
        SWAPPED,
        Severity.SERIOUS,
        ("Phone", "Email"),
    )
    assert finding.changes == (
        ColumnChange(column="Phone", to="Email"),
        ColumnChange(column="Email", to="Phone"),
    )
    assert finding.what == (
        "The columns 'Phone' and 'Email' seem to be swapped: each holds what belongs into the other."
    )


def test_texts_are_swapped_where_earlier_files_say_so() -> None:
    before = {"Name": PEOPLE, "Doctor": DOCTORS}
    assert codes([NAME, DOCTOR], {"Name": DOCTORS, "Doctor": PEOPLE}, before) == [
        (SWAPPED, ("Name", "Doctor"))
    ]
    assert codes([NAME, DOCTOR], {"Name": DOCTORS, "Doctor": PEOPLE}) == []
    others = [f"{name}x" for name in PEOPLE]
    assert codes([NAME, DOCTOR], {"Name": others, "Doctor": DOCTORS}, before) == []


def test_two_columns_of_few_values_that_both_have_are_not_swapped() -> None:
    places = ["North", "South"] * 3
    before = {"Name": ["North"] * 6, "Doctor": ["South"] * 6}
    assert codes([NAME, DOCTOR], {"Name": places, "Doctor": ["North"] * 6}, before) == []


@pytest.mark.parametrize(
    ("mapped", "cells", "kind"),
    [
        (PHONE, EMAILS, "email"),
        (PHONE, PEOPLE, "words"),
        (EMAIL, PHONES, "phone"),
        (AMOUNT, PEOPLE, "words"),
        (DAY, PEOPLE, "words"),
    ],
)
def test_a_column_that_does_not_look_like_its_type(
    mapped: ColumnMapping, cells: list[str], kind: str
) -> None:
    (finding,) = findings([mapped], {mapped.column: cells})
    assert (finding.code, finding.severity, finding.columns) == (CHANGED, Severity.SERIOUS, (mapped.column,))
    assert finding.what == (
        f"Column {mapped.column!r} holds something else: its cells look like {kind}; the source says "
        f"{mapped.type}."
    )


@pytest.mark.parametrize("cells", [PEOPLE[:2], ["", "", *PEOPLE[:2]]])
def test_two_cells_say_nothing(cells: list[str]) -> None:
    assert codes([PHONE], {"Phone": cells}) == []
    assert codes([PHONE], {"Phone": PEOPLE[:3]}) == [(CHANGED, ("Phone",))]


def test_three_of_five_cells_are_most_of_them() -> None:
    assert codes([PHONE], {"Phone": [*PEOPLE[:3], *PHONES[:2]]}) == [(CHANGED, ("Phone",))]
    assert codes([PHONE], {"Phone": [*PEOPLE[:2], *PHONES[:2]]}) == []


def test_what_was_always_so_is_no_change_for_an_address() -> None:
    assert codes([PHONE], {"Phone": PEOPLE}, {"Phone": PEOPLE}) == []
    assert codes([AMOUNT], {"Amount": PEOPLE}, {"Amount": PEOPLE}) == [(CHANGED, ("Amount",))]  # all rejected


def test_a_column_of_text_that_held_another_kind_before() -> None:
    (finding,) = findings([NAME], {"Name": EMAILS}, {"Name": PEOPLE})
    assert (finding.code, finding.columns) == (CHANGED, ("Name",))
    assert finding.what == (
        "Column 'Name' holds something else: its cells look like email; in earlier files words."
    )
    assert codes([NAME], {"Name": EMAILS}) == []  # without earlier files anything may be text


def test_words_codes_and_numbers_may_follow_each_other_in_a_text() -> None:
    codes_now = [f"AB-{n}x" for n in range(10)]
    assert codes([NAME], {"Name": codes_now}, {"Name": PEOPLE}) == []
    assert codes([NAME], {"Name": [str(n) for n in range(1, 9)]}, {"Name": PEOPLE}) == []


@pytest.mark.parametrize(("now", "before"), [(4, 10), (10, 4)])
def test_a_note_here_and_there_says_nothing(now: int, before: int) -> None:
    assert codes([NAME], {"Name": EMAILS[:now]}, {"Name": PEOPLE[:before]}) == []
    assert codes([NAME], {"Name": EMAILS[:5]}, {"Name": PEOPLE[:5]}) == [(CHANGED, ("Name",))]


def test_a_fifth_of_the_former_kind_is_no_other_column() -> None:
    assert codes([NAME], {"Name": [*EMAILS[:8], *PEOPLE[:2]]}, {"Name": PEOPLE}) == []
    assert codes([NAME], {"Name": [*EMAILS[:9], *PEOPLE[:2]]}, {"Name": PEOPLE}) == [(CHANGED, ("Name",))]


def test_columns_that_are_not_mapped_are_not_compared() -> None:
    assert codes([NAME], {"Name": PEOPLE, "Phone": EMAILS}) == []


def test_a_column_is_compared_with_the_one_its_field_was_read_from() -> None:
    renamed = ColumnMapping(column="Patient", field="name")
    old = earlier([NAME], Name=PEOPLE)
    found = sampled_columns(*columns_of(Patient=EMAILS))
    assert [one.code for one in compare_columns([renamed], found, [old])] == [CHANGED]


@pytest.mark.parametrize(
    ("name", "cells", "kind"),
    [
        ("Phone", PHONES, FieldType.PHONE),
        ("Handynummer", ["015123456789", "016012345678", "n/a", "017012345678"], FieldType.PHONE),
        ("Contact", EMAILS, FieldType.EMAIL),
        ("SSN", ["123-45-6789", "123-45-6788", "123-45-6787"], None),
        ("Account", ["2125550187", "2125550188", "2125550189"], None),
        ("Phone", ["ask", "none", "at work"], None),
        ("Phone", PHONES[:2], None),
    ],
)
def test_addresses_that_are_mapped_as_text_are_said(
    name: str, cells: list[str], kind: FieldType | None
) -> None:
    mapped = ColumnMapping(column=name, field="x")
    found = findings([mapped], {name: cells})
    if kind is None:
        assert found == []
        return
    [one] = found
    assert (one.code, one.severity, one.columns) == (
        FindingCode.ADDRESSES_UNCHECKED,
        Severity.WARNING,
        (name,),
    )
    assert f"to {kind}," in one.to_do
    beside = ColumnMapping(column=name, field="y", type=kind)
    assert findings([mapped, beside], {name: cells}) == [], "it is checked as another field"
