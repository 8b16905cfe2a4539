"""Cells of Google Contacts that hold several numbers or emails."""

import pytest

from shared.domain.contacts.mark_addresses import AddressMarks
from shared.domain.files.file import Row
from shared.domain.files.source import ColumnMapping, FieldType
from shared.domain.files.suggest_columns import suggest_columns
from tests.kit.builders import a_company, a_source

PHONE = ColumnMapping(column="Phone 1 - Value", field="phone", type=FieldType.PHONE)
SECOND = ColumnMapping(column="Phone 1 - Value", field="other", type=FieldType.PHONE)
EMAIL = ColumnMapping(column="E-mail 1 - Value", field="email", type=FieldType.EMAIL)


def marked(values: dict[str, str], *columns: ColumnMapping) -> tuple[dict[str, str], dict[str, str]]:
    row = AddressMarks(a_source(columns=columns), a_company()).marked(Row(number=2, values=values))
    return row.values, row.marks


@pytest.mark.parametrize(
    ("cell", "values"),
    [
        ("(212) 555-0187", {"phone": "(212) 555-0187"}),
        ("(212) 555-0187 ::: (646) 555-0188", {"phone": "(212) 555-0187", "phone_2": "(646) 555-0188"}),
        ("555 ::: (646) 555-0188", {"phone": "(646) 555-0188", "phone_2": "555"}),  # the valid one first
        ("(212) 555-0187:::(212) 555-0187", {"phone": "(212) 555-0187"}),
        (
            "1 ::: (212) 555-0187 ::: (646) 555-0188",
            {"phone": "(212) 555-0187", "phone_2": "(646) 555-0188", "phone_3": "1"},
        ),
    ],
)
def test_the_first_valid_number_is_the_fields_and_the_others_are_kept(
    cell: str, values: dict[str, str]
) -> None:
    assert marked({"phone": cell}, PHONE) == (values, {})


def test_a_column_that_is_mapped_twice_has_its_second_number_in_the_second_field() -> None:
    cell = "555 ::: (212) 555-0187 ::: (646) 555-0188"
    values, marks = marked({"phone": cell, "other": cell}, PHONE, SECOND)
    assert values == {"phone": "(212) 555-0187", "other": "(646) 555-0188", "phone_2": "555"}
    values, marks = marked({"phone": "(212) 555-0187", "other": "(212) 555-0187"}, PHONE, SECOND)
    assert values == {"phone": "(212) 555-0187", "other": "(212) 555-0187"}
    assert marks == {}


def test_emails_too_and_a_cell_without_a_valid_one_is_marked() -> None:
    values, marks = marked({"email": "ana@ ::: ana@patients.example"}, EMAIL)
    assert (values["email"], marks) == ("ana@patients.example", {})
    values, marks = marked({"email": "ana@ ::: @b"}, EMAIL)
    assert values == {"email": "ana@", "email_2": "@b"}
    assert list(marks) == ["email"]


def test_a_suggestion_maps_the_column_twice_and_says_why() -> None:
    header = ("First Name", "Phone 1 - Label", "Phone 1 - Value", "E-mail 1 - Value")
    sample = [("Ana", "Mobile", "(212) 555-0187 ::: (646) 555-0188", "ana@patients.example")]
    suggested = suggest_columns(header, sample)
    assert [(one.column, one.field, one.type) for one in suggested.columns[2:]] == [
        ("Phone 1 - Value", "phone_1_value", FieldType.PHONE),
        ("Phone 1 - Value", "phone_1_value_2", FieldType.PHONE),
        ("E-mail 1 - Value", "e_mail_1_value", FieldType.EMAIL),
    ]
    [question] = [one for one in suggested.questions if one.column == "Phone 1 - Value"]
    assert "the first valid one is phone_1_value, and the next one phone_1_value_2" in question.text
